"""The loop of the use case's page: one POST after another, each on a new connection.

Usage: page_loop.py NUMBER, with MULTIMAIL_API_URL and MULTIMAIL_API_KEY set. Prints mails per second.
"""

import json
import os
import sys
import time
import urllib.request

url = os.environ["MULTIMAIL_API_URL"] + "/v1/send"
headers = {"Authorization": "Bearer " + os.environ["MULTIMAIL_API_KEY"], "Content-Type": "application/json"}
number = int(sys.argv[1])
body = "Your integration has to move to version 2 of our API. " * 45

start = time.perf_counter()
for n in range(number):
    mail = {
        "from": "migrations@example.com",
        "to": f"page{n}@loop.example",
        "subject": "Action required: API v2",
        "text_body": body,
    }
    request = urllib.request.Request(url, json.dumps(mail).encode(), headers, method="POST")
    with urllib.request.urlopen(request) as reply:
        json.load(reply)
print(f"{number / (time.perf_counter() - start):.1f}")
