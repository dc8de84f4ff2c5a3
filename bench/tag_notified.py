"""The contacts of a sandbox, each with the tag of notified customers: GET /_sandbox/contacts in, `--contacts-file` out."""

import json
import sys

contacts = json.load(sys.stdin)["contacts"]
for contact in contacts:
    contact["tags"].append("migration-notified")
json.dump(contacts, sys.stdout)
