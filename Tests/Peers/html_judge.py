"""Reads pages as browsers do and prints their elements, attributes and text, one line of JSON each.

Standard input: one base64 line for each page.
"""

import base64
import json
import sys

import html5lib


def judge(page):
    root = html5lib.parse(page, namespaceHTMLElements=False)
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    return {
        # The values of attributes are the template's too, but for links and the reader's own text.
        "shape": [" ".join([element.tag, *sorted(element.attrib)]) for element in elements],
        "comments": sum(not isinstance(element.tag, str) for element in root.iter()),
        "text": "".join(root.itertext()),
    }


for line in sys.stdin:
    print(json.dumps(judge(base64.b64decode(line).decode())))
