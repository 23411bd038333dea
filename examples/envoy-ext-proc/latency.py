"""What the picker adds to the latency of an Envoy: `make latency`."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = Path(os.environ["CARGO_TARGET_DIR"]) / "release"
KINDS = {"plain": {"PLAIN": "1"}, "picker": {}}
FIGURES = [(of, part) for of in ("first_byte_ms", "whole_ms") for part in ("p50", "p99")]


def load(kind: str, rate: float, seconds: float) -> dict:
    """One round of load through an Envoy, with the picker or without."""
    ports = {"LISTEN": "4029", "ADMIN": "9129", "PORT": "18029"}
    command = [BUILT / "load-gateway", "--gateway", f"http://127.0.0.1:{ports['LISTEN']}", "--port", ports["PORT"]]
    command += ["--no-faults", "--no-checks", "--reloads", "0", "--speed", "100", "--tokens", "4", "--rate", str(rate)]
    command += ["--seconds", str(seconds), "--gateway-cmd", f"exec {HERE}/envoy/gateway.sh"]
    environment = os.environ | ports | KINDS[kind] | {"PICKER": str(BUILT / "envoy-ext-proc")}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=seconds + 90)
    report = json.loads(done.stdout)
    assert report["ok"] == report["requests"], report
    return report


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=50, help="requests a second")
    parser.add_argument("--seconds", type=float, default=10, help="of each round")
    parser.add_argument("--rounds", type=int, default=6, help="of each kind, in turn; medians over them are told")
    args = parser.parse_args()
    rounds: dict[str, list[dict]] = {kind: [] for kind in KINDS}
    for number in range(args.rounds):
        # Which of both comes first says nothing.
        for kind in sorted(KINDS, reverse=number % 2 == 1):
            rounds[kind].append(load(kind, args.rate, args.seconds))
    print(f"{args.rounds} rounds of {args.seconds:g} s at {args.rate:g} requests/s, medians over rounds, in ms")
    print(f"{'':10}" + "".join(f"{of.removesuffix('_ms')} {part}".rjust(18) for of, part in FIGURES))
    middle = {kind: [statistics.median(report[of][part] for report in reports) for of, part in FIGURES] for kind, reports in rounds.items()}
    middle["added"] = [with_it - without for with_it, without in zip(middle["picker"], middle["plain"], strict=True)]
    for kind, values in middle.items():
        print(f"{kind:10}" + "".join(f"{value:18.2f}" for value in values))


if __name__ == "__main__":
    main()
