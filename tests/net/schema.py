#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Validates documents that levee printed by docs/schema.

    schema.py FOLDER      FOLDER/NAME/WHAT holds what was printed: one document, or one per line

NAME is that of a schema (flows for docs/schema/levee.flows.json), or flows#row for a definition inside. One line per
file: "ok NAME WHAT", or "bad NAME WHAT: why". A document with a field that its schema does not name is bad, although the
schemas themselves allow more: whoever reads documents has to, as fields may be added.
"""
import json
import pathlib
import sys

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "schema"


def close(schema):
    """Forbids what is not named, wherever a schema names members."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)


def validator(name):
    base, _, part = name.partition("#")
    with open(SCHEMAS / f"levee.{base}.json", encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    close(schema)
    if part:
        schema = {"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    return jsonschema.Draft202012Validator(schema)


def documents(text):
    """One after the other, with nothing but space between."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        document, at = decoder.raw_decode(text, at)
        found.append(document)
    return found


def fault(name, text):
    try:
        found = documents(text)
        check = validator(name)
    except (OSError, ValueError, jsonschema.SchemaError) as error:
        return str(error).split("\n", maxsplit=1)[0]
    if not found:
        return "nothing was printed"
    for document in found:
        for error in check.iter_errors(document):
            return f"{error.json_path}: {error.message[:300]}"
    return None


def main():
    bad = False
    for file in sorted(pathlib.Path(sys.argv[1]).glob("*/*")):
        why = fault(file.parent.name, file.read_text(encoding="utf-8"))
        bad |= why is not None
        print(f"ok {file.parent.name} {file.name}" if why is None else f"bad {file.parent.name} {file.name}: {why}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
