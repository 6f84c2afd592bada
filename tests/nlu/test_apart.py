"""Work in processes of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlu.components.apart import each_apart


def doubled(number: int, seconds: float = 0.0) -> tuple[int, int]:
    time.sleep(seconds)
    return number * 2, os.getpid()


def refuse(number: int) -> int:
    if number == 1:
        raise ValueError(f"not {number}")
    return number


def die(signal_: int) -> None:
    os.kill(os.getpid(), signal_)


def test_each_is_done_in_a_process_of_its_own_and_in_order():
    made = each_apart(doubled, [(1, 0.3), (2,), (3,), (4,), (5,)])
    assert [number for number, _ in made] == [2, 4, 6, 8, 10]
    assert len({os.getpid(), *(process for _, process in made)}) == 6
    assert each_apart(doubled, []) == []


def test_what_fails_there_fails_here():
    with pytest.raises(ValueError, match="not 1"):
        each_apart(refuse, [(0,), (1,), (2,)])


def test_one_that_the_system_ends_was_short_of_memory():
    with pytest.raises(MemoryError):
        each_apart(die, [(signal.SIGKILL,)])
    with pytest.raises(RuntimeError, match=f"ended with {-signal.SIGTERM}"):
        each_apart(die, [(signal.SIGTERM,)])


LOUD = """
import os, time
from nlu.components.apart import each_apart
def work(seconds):
    os.write(1, f"{os.getpid()}\\n".encode())  # at once, whole
    time.sleep(seconds)
    return bytes(1_000_000)
each_apart(work, [(1,)] * 9)
"""


def test_whoever_is_killed_leaves_nobody_behind():
    parent = subprocess.Popen([sys.executable, "-c", LOUD], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    children = [int(parent.stdout.readline()) for _ in range(2)]
    parent.kill()
    parent.wait()
    until = time.monotonic() + 30
    while any(_lives(child) for child in children):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert not parent.stdout.read()


def _lives(process: int) -> bool:
    try:
        found = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return found.rpartition(")")[2].split()[0] != "Z"
