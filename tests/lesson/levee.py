#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
levee.py - what levee says: `levee flows`, `levee status`, and how its words compare with ss's.
"""
import json
import os

NONE = "-"  # no socket, no entry

# ss's words for the states of RFC 9293. No socket is CLOSED.
RFC = {
    "ESTAB": "ESTABLISHED",
    "SYN-SENT": "SYN_SENT",
    "SYN-RECV": "SYN_RECEIVED",
    "FIN-WAIT-1": "FIN_WAIT_1",
    "FIN-WAIT-2": "FIN_WAIT_2",
    "CLOSE-WAIT": "CLOSE_WAIT",
    "LAST-ACK": "LAST_ACK",
    "CLOSING": "CLOSING",
    "TIME-WAIT": "TIME_WAIT",
    "LISTEN": "LISTEN",
    NONE: "CLOSED",
}


class Levee:
    """levee on the server's device, by its command."""

    def __init__(self, host, command):
        self.host, self.command = host, os.path.abspath(command)

    def run(self, *arguments):
        return self.host.run(self.command, *arguments)

    def attach(self, *options):
        return self.run("attach", self.host.device, *options)

    def flows(self):
        """{(local, remote): row}"""
        rows = json.loads(self.run("flows", self.host.device, "--json"))["flows"]
        return {(row["local"], row["remote"]): row for row in rows}

    def services(self):
        """{endpoint: service}"""
        status = json.loads(self.run("status", self.host.device, "--json"))
        return {service["endpoint"]: service for service in status["interfaces"][0]["services"]}
