"""A process of the desk that can be harmed from outside: `python -m tests.faults.hooks FOLDER PROGRAM ARGUMENTS…`.

It becomes PROGRAM, after listening to its database. Files in FOLDER say what shall happen, once each:
`crash` ("FUNCTION before|after"): the process kills itself right before or after the commit that FUNCTION of api/ makes;
`full`: SQLite's file must not grow, as on a full disk, for as long as the file is there;
`clock`: seconds by which the clock has been stepped.
"""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from api import clock
from api.config import ROOT

CODE = f"{ROOT / 'api'}{os.sep}"
NO_LIMIT = 1_073_741_823


def install(folder: Path) -> None:
    """Listen to every connection of this process."""
    commit = DefaultDialect.do_commit  # of sessions and of connections without one; no event tells of what follows it

    def do_commit(dialect: DefaultDialect, connection: Any) -> None:
        _crash_at(folder, "before")
        commit(dialect, connection)
        _crash_at(folder, "after")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]

    @event.listens_for(Engine, "begin", insert=True)
    def limit(connection: Any) -> None:
        if connection.dialect.name == "sqlite":
            pages = 1 if (folder / "full").exists() else NO_LIMIT  # less than there are means: no more than there are
            connection.connection.driver_connection.execute(f"PRAGMA max_page_count={pages}")

    clock.now = lambda: datetime.now(UTC) + timedelta(seconds=_step(folder))


def _crash_at(folder: Path, when: str) -> None:
    armed = folder / "crash"
    try:
        function, wanted = armed.read_text().split()
    except (OSError, ValueError):
        return
    if wanted == when and _is_called_by(function):
        with contextlib.suppress(OSError):  # another process was quicker
            armed.rename(folder / f"crashed-{os.getpid()}")
            os.kill(os.getpid(), signal.SIGKILL)


def _is_called_by(function: str) -> bool:
    """Whether the commit is made by this very function of api/, not by one that it calls."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.startswith(CODE):
            return frame.f_code.co_name == function
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _step(folder: Path) -> float:
    try:
        return float((folder / "clock").read_text())
    except (OSError, ValueError):
        return 0.0


def main() -> None:
    """Listen, and become the program."""
    folder, program = Path(sys.argv[1]), sys.argv[2]
    install(folder)
    sys.argv = sys.argv[2:]
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
