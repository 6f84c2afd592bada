"""A program of the desk whose SQL statements are counted: `python -m tests.bench.counted FILE PROGRAM ARGUMENTS…`.

It becomes PROGRAM. FILE holds the number, which processes that it starts share. For SQLite, which has nobody to ask.
"""

from __future__ import annotations

import mmap
import runpy
import struct
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event


def count(path: Path) -> int:
    """Statements so far."""
    return int(struct.unpack("<q", path.read_bytes())[0])


def install(path: Path) -> None:
    """Count the statements of every engine of this process and of those it forks (one at a time: no lock)."""
    path.write_bytes(struct.pack("<q", 0))
    with path.open("r+b") as file:
        shared = mmap.mmap(file.fileno(), 8)

    @event.listens_for(Engine, "before_cursor_execute")
    def executed(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        shared[:] = struct.pack("<q", struct.unpack("<q", shared[:])[0] + 1)


def main() -> None:
    """Count, then be the program."""
    install(Path(sys.argv[1]))
    sys.argv = sys.argv[2:]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
