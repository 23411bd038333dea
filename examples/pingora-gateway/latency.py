#!/usr/bin/env python3
"""What the gateway adds to pingora alone: `latency.py FOLDER [PAIRS]`, with the folder of the built programs.

Runs the load test in pairs, first through the gateway, then through `plain`, with the same model servers and without faults, and prints the
time to the head of the answer of each, then the median of the differences.
"""

import json
import statistics
import subprocess
import sys

FOLDER, PAIRS = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
# load-gateway starts six model servers at these addresses.
ENDPOINTS = " ".join(f"127.0.0.{last}:8000" for last in range(2, 8))
COMMANDS = {
    "gateway": "exec {folder}/pingora-gateway --manifest {{manifest}} --endpoints {{endpoints}} --listen 127.0.0.1:{port} --admin 127.0.0.1:18082",
    "plain": "exec {folder}/plain 127.0.0.1:{port} " + ENDPOINTS,
}
LOAD = "--no-faults --no-checks --reloads 0 --seconds 6 --rate 200 --speed 1000 --tokens 1 --port 8000".split()


def run(kind: str) -> float:
    port = 18080 if kind == "gateway" else 18081
    command = COMMANDS[kind].format(folder=FOLDER, port=port)
    load = [f"{FOLDER}/load-gateway", "--gateway", f"http://127.0.0.1:{port}", "--gateway-cmd", command, *LOAD]
    done = subprocess.run(load, stdout=subprocess.PIPE, check=True, text=True)
    report = json.loads(done.stdout)
    print(f"{kind}: {report['requests']} requests, {report['first_byte_ms']}", flush=True)
    return report["first_byte_ms"]["p50"]


differences = [run("gateway") - run("plain") for _ in range(PAIRS)]
print(f"added, median of {PAIRS} pairs of p50: {statistics.median(differences):.2f} ms ({min(differences):.2f} to {max(differences):.2f})")
