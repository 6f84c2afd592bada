"""Work in processes of its own, two at a time, each for one piece of it.

A pool's processes wait for more, and when whoever made the pool is killed, they wait for ever. Here a process ends with
its piece, whether or not there is somebody left to take the result.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

AT_ONCE = 2


class _Piece(NamedTuple):
    place: int
    process: BaseProcess


def each_apart(function: Callable[..., Any], pieces: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What the function, one of a module, makes of each tuple of arguments, in order.

    Raises what it raises, and `MemoryError` if the system has killed one of the processes.
    """
    waiting, made = deque(enumerate(pieces)), [None] * len(pieces)
    running: dict[Any, _Piece] = {}
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                place, piece = waiting.popleft()
                receiver, process = _start(function, piece)
                running[receiver] = _Piece(place, process)
            for receiver in wait(list(running)):
                done = running.pop(receiver)
                made[done.place] = _result(receiver, done.process)
    finally:
        for receiver, left in running.items():
            left.process.terminate()
            left.process.join()
            receiver.close()
    return made


def _start(function: Callable[..., Any], piece: tuple[Any, ...]) -> tuple[Connection, BaseProcess]:
    # A fork has all it needs at once; elsewhere than on Linux, system libraries do not bear it.
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(receiver, sender, function, piece), daemon=True)
    process.start()
    sender.close()
    return receiver, process


def _send(receiver: Connection, sender: Connection, function: Callable[..., Any], piece: tuple[Any, ...]) -> None:
    receiver.close()  # with an own end to read from, it would wait for itself to do so
    with contextlib.suppress(BrokenPipeError):  # nobody waits any more
        try:
            sender.send((function(*piece), None))
        except Exception as error:
            sender.send((None, error))
            raise


def _result(receiver: Any, process: BaseProcess) -> Any:
    made, error = None, None
    with receiver, contextlib.suppress(EOFError):  # it has ended before; its exit code says how
        made, error = receiver.recv()
    process.join()
    if error is not None:
        raise error
    if process.exitcode == -signal.SIGKILL:  # nobody else would
        raise MemoryError("the system has ended a process of the training")
    if process.exitcode:
        raise RuntimeError(f"a process of the training ended with {process.exitcode}")
    return made
