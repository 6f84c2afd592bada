"""A program of the desk by a clock that is passed in: `python -m tests.e2e.by_clock FILE PROGRAM ARGUMENTS…`.

FILE says by how many seconds the clock is ahead of the machine's. It is read at every look at the clock, so that time
passes for all processes at once. It stands in for `api.clock.now` before anything else of the desk is imported.
"""

from __future__ import annotations

import runpy
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api import clock


def ahead(file: Path) -> datetime:
    """The time that FILE makes of the machine's."""
    return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))


def main() -> None:
    """Replace the clock, and become the program."""
    file, program = Path(sys.argv[1]), sys.argv[2]
    clock.now = lambda: ahead(file)
    sys.argv = sys.argv[2:]
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
