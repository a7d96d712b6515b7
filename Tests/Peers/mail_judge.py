"""Reads mail sources with Python's own parser and prints what it understood, one line of JSON each.

Standard input: one base64 line for each mail.
"""

import base64
import json
import sys
from email import message_from_bytes, policy


def judge(source):
    message = message_from_bytes(source, policy=policy.default)
    defects = [repr(defect) for part in message.walk() for defect in part.defects]
    for name, value in message.items():
        defects += [f"{name}: {defect!r}" for defect in value.defects]
    parts = [part for part in message.walk() if not part.is_multipart()]
    lines = source.split(b"\r\n")
    return {
        "defects": defects,
        "names": message.keys(),
        "type": message.get_content_type(),
        "subject": str(message["subject"]),
        "from": [[mailbox.display_name, mailbox.addr_spec] for mailbox in message["from"].addresses],
        "to": [[mailbox.display_name, mailbox.addr_spec] for mailbox in message["to"].addresses],
        "types": [part.get_content_type() for part in parts],
        "texts": [part.get_content() for part in parts],
        "longest": max(len(line) for line in lines),
        "bare": source.replace(b"\r\n", b"").count(b"\n") + source.replace(b"\r\n", b"").count(b"\r"),
        "ascii": source.isascii(),
    }


for line in sys.stdin:
    print(json.dumps(judge(base64.b64decode(line))))
