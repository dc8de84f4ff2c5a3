"""How much of a rate the sandbox allowed was used, in percent: mails per second, as a share of the given rate.

Reads /_sandbox/mails on stdin. The sandbox accepts one second's worth at once in the beginning, so that should be a
small part of the mails.
"""

import datetime
import json
import sys

rate = float(sys.argv[1])
times = sorted(datetime.datetime.fromisoformat(mail["received_at"]) for mail in json.load(sys.stdin)["mails"])
print(f"{100 * len(times) / (times[-1] - times[0]).total_seconds() / rate:.1f}")
