"""Mails per second by the sandbox's own record, from the first mail it took to the last. Reads /_sandbox/mails on stdin."""

import datetime
import json
import sys

times = sorted(datetime.datetime.fromisoformat(mail["received_at"]) for mail in json.load(sys.stdin)["mails"])
print(f"{(len(times) - 1) / max((times[-1] - times[0]).total_seconds(), 0.001):.0f}")
