"""The stubs say what the compiled module has, and a program that uses them passes the strictest check."""

import subprocess
import sys
from pathlib import Path

import pytest

from inferroute import _native

HERE = Path(__file__).parent


def run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=HERE)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(hasattr(_native, "_panic"), reason="the feature test-panic adds a name that no release has")
def test_stubs_agree_with_the_binary() -> None:
    run("mypy.stubtest", "inferroute._native")


def test_a_program_that_uses_the_stubs_is_strict() -> None:
    run("mypy", "--strict", "--cache-dir", "/dev/null", "typed_usage.py")
