"""An assistant ends with its keeper, and says why it could not start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nlu import kept

HANGS = """
import os, signal, sys
from nlu import kept
kept.GRACE = 0.2
if sys.argv[1] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
kept.stop_with_stdin({"DESK_STOP_WITH_STDIN": "1"}, 0.1)
print("ready", flush=True)
while True:
    signal.pause()
"""


def started(kind: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", HANGS, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline() == b"ready\n"
    return process


def test_it_ends_when_its_keeper_is_gone_even_if_it_hangs() -> None:
    for kind, code in (("good", -15), ("deaf", 1)):
        process = started(kind)
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(20) == code
        process.stdout.close()


def test_without_a_keeper_it_minds_nobody(tmp_path: Path) -> None:
    kept.stop_with_stdin({}, 1.0)
    kept.step_back({})
    kept.tell({}, "nothing")
    kept.tell({"DESK_PROBLEM_FILE": str(tmp_path / "why")}, "Ä problem.")
    assert (tmp_path / "why").read_text("utf-8") == "Ä problem."
