"""Contacts for the sandbox, in the example's three segments and four regions: twelve kinds of customers.

Usage: address_book.py NUMBER > contacts.json, for `mmig sandbox --contacts-file`
"""

import json
import sys

SEGMENTS = ["webhooks", "rest", "graphql"]
REGIONS = ["eu", "us", "apac", "latam"]

contacts = [
    {
        "id": f"01JB{number:012}",
        "email": f"team-{number}@customer-{number % 977}.example",
        "name": f"Team {number}",
        "tags": ["api-v1", SEGMENTS[number % 3], REGIONS[number // 3 % 4]],
    }
    for number in range(int(sys.argv[1]))
]
json.dump(contacts, sys.stdout)
