"""The quickstart prints what it prints in Rust and Node."""

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_quickstart_prints_what_the_other_languages_print() -> None:
    script = EXAMPLES / "python" / "quickstart.py"
    printed = subprocess.run([sys.executable, script], capture_output=True, check=True).stdout.decode("utf-8")
    assert printed == (EXAMPLES / "quickstart.txt").read_text(encoding="utf-8")
