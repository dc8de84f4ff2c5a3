"""Contacts for the sandbox, in the example's three segments and four regions: twelve kinds of customers.

Usage: address_book.py NUMBER [SEVERAL] > contacts.json, for `mmig sandbox --contacts-file`. The first SEVERAL are in two segments.
"""

import json
import sys

SEGMENTS = ["webhooks", "rest", "graphql"]
REGIONS = ["eu", "us", "apac", "latam"]

several = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def segments(number):
    """The tags of a customer's segments."""
    return [SEGMENTS[number % 3]] + ([SEGMENTS[(number + 1) % 3]] if number < several else [])


contacts = [
    {
        "id": f"01JB{number:012}",
        "email": f"team-{number}@customer-{number % 977}.example",
        "name": f"Team {number}",
        "tags": ["api-v1", *segments(number), REGIONS[number // 3 % 4]],
    }
    for number in range(int(sys.argv[1]))
]
json.dump(contacts, sys.stdout)
