"""What an assistant does for the keeper that started it (`desk assistant`), which says so in the environment.

It ends with its keeper, loads without taking time from those who serve, and says in a file why it could not start.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path

GRACE = 5.0  # seconds beyond a turn's deadline


def stop_with_stdin(environment: Mapping[str, str], deadline: float) -> None:
    """Stop when standard input ends, if `DESK_STOP_WITH_STDIN` is set: nobody else holds it open but the keeper.

    Turns in progress are finished, unless something hangs.
    """
    if not environment.get("DESK_STOP_WITH_STDIN"):
        return

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(deadline + GRACE)
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="keeper").start()


def step_back(environment: Mapping[str, str]) -> None:
    """Give this thread alone, and those it starts, the niceness `DESK_LOAD_NICE`: another assistant is at work beside it."""
    nice = int(environment.get("DESK_LOAD_NICE", "0"))
    if nice and hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)


def tell(environment: Mapping[str, str], problem: str) -> None:
    """Leave the sentence that says why this assistant ends in `DESK_PROBLEM_FILE`, if that is set."""
    path = environment.get("DESK_PROBLEM_FILE")
    if path:
        Path(path).write_text(problem, "utf-8")
