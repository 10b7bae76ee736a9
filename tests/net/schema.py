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


def load():
    """All schemas, closed, by the names that they call each other."""
    found = {}
    for file in SCHEMAS.glob("*.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        close(schema)
        found[file.as_uri()] = schema
    return found


def validator(schemas, name):
    base, _, part = name.partition("#")
    uri = (SCHEMAS / f"levee.{base}.json").as_uri()
    if uri not in schemas:
        raise ValueError(f"there is no schema levee.{base}.json")
    resolver = jsonschema.RefResolver(uri, schemas[uri], store=schemas)
    schema = {"$ref": f"{uri}#/$defs/{part}"} if part else schemas[uri]
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def documents(text):
    """One after the other, with nothing but space between."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        document, at = decoder.raw_decode(text, at)
        found.append(document)
    return found


def fault(schemas, name, text):
    try:
        found = documents(text)
        check = validator(schemas, name)
    except ValueError as error:
        return str(error).split("\n", maxsplit=1)[0]
    if not found:
        return "nothing was printed"
    for document in found:
        for error in check.iter_errors(document):
            return f"{error.json_path}: {error.message[:300]}"
    return None


def main():
    bad, schemas = False, load()
    for file in sorted(pathlib.Path(sys.argv[1]).glob("*/*")):
        why = fault(schemas, file.parent.name, file.read_text(encoding="utf-8"))
        bad |= why is not None
        print(f"ok {file.parent.name} {file.name}" if why is None else f"bad {file.parent.name} {file.name}: {why}")
    return bad


if __name__ == "__main__":
    sys.exit(main())
