"""The assistant's tools, run as processes of their own at low priority: training, understanding, the test stories.

They get no database, no secrets, no mail. A tool that is in the middle of something ends with this worker: its standard
input ends.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from api.config import ROOT
from api.training.archive import Archive
from api.training.work import Failed, Work

PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"
STORIES = ROOT / "tests" / "stories" / "run.py"
NICE = ("nice", "-n", "15")
KEPT = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
PATIENCE = 10  # seconds that a tool gets to end when it is asked to
CORRECT = re.compile(r"Correct:\s+(\d+) / (\d+)")  # of conversations first, then of acts
Hear = Callable[[str], None]


def environment() -> dict[str, str]:
    """All that a tool is told."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "RASA_TELEMETRY_ENABLED": "false"}


def run(work: Work, arguments: list[str], hear: Hear, feed: Iterable[str] | None = None) -> tuple[int, list[str]]:
    """Run `python <arguments>`; `hear` gets each line of its output. Its exit code, and what it said on standard error.

    `feed`: lines for its standard input, which then ends; without, it stays open as long as this worker lives.
    """
    if not PYTHON.exists():
        raise Failed("no_environment")
    said: queue.Queue[tuple[str, str] | None] = queue.Queue()
    errors: list[str] = []
    with _started([*NICE, str(PYTHON), *arguments]) as process:
        readers = [_reading(process.stdout, "out", said), _reading(process.stderr, "error", said)]
        if feed is not None:
            _feeding(process.stdin, feed)
        ended = 0
        while ended < len(readers):
            line = _next(said)
            work.tick()
            if line is None:
                continue
            if line[0] == "end":
                ended += 1
            elif line[0] == "out":
                hear(line[1])
            else:
                errors.append(line[1])
        return process.wait(), errors


@contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), text=True, encoding="utf-8", errors="replace", process_group=0, **pipes)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                _close(pipe)


def _close(pipe: IO[str]) -> None:
    try:
        pipe.close()
    except OSError:
        return  # what was not read any more is of no interest


def _reading(pipe: IO[str] | None, kind: str, said: queue.Queue[tuple[str, str] | None]) -> threading.Thread:
    def read() -> None:
        try:
            for line in pipe or ():
                said.put((kind, line.rstrip("\n")))
        except ValueError:
            pass  # closed, because the work was stopped
        said.put(("end", ""))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _feeding(pipe: IO[str] | None, lines: Iterable[str]) -> None:
    def write() -> None:
        if pipe is None:
            return
        try:
            for line in lines:
                pipe.write(line + "\n")
            pipe.close()
        except (OSError, ValueError):
            return  # the tool has ended; its exit code says why

    threading.Thread(target=write, daemon=True).start()


def _next(said: queue.Queue[tuple[str, str] | None]) -> tuple[str, str] | None:
    try:
        return said.get(timeout=1.0)
    except queue.Empty:
        return None


def understand(work: Work, model: Archive, messages: list[tuple[str, str]], done: Callable[[int], None] = lambda n: None) -> list[dict[str, Any]]:
    """What an NLU model makes of messages, given as (text, language): {"intent", "confidence", "alternatives"} each."""
    found: list[dict[str, Any]] = []
    if not messages:
        return found

    def hear(line: str) -> None:
        found.append(json.loads(line))
        done(len(found))

    feed = [json.dumps({"text": text, "language": language}) for text, language in messages]
    code, errors = run(work, ["-m", "nlu.understand", *_named(model)], hear, feed)
    if code or len(found) != len(messages):
        raise Failed("cannot_load", _last(errors))
    return found


def smoke_test(work: Work, model: Archive) -> dict[str, Any]:
    """Whether the archive could take turns: {"passed", "sentence"}."""
    heard: list[str] = []
    code, errors = run(work, ["-m", "nlu.understand", "--smoke-test", *_named(model)], heard.append, [])
    if code or not heard:
        return {"passed": False, "sentence": _last(errors)}
    found: dict[str, Any] = json.loads(heard[-1])
    return found


def play_stories(work: Work, model: Archive) -> dict[str, Any]:
    """Play the test stories: {"passed", "sentence"}, such as "49 / 49"; `passed` is None where there are none to play."""
    if not STORIES.exists():
        return {"passed": None, "sentence": ""}
    heard: list[str] = []
    code, errors = run(work, ["-m", "tests.stories.run", "--archive", str(model.path)], heard.append, [])
    work.log(*heard[-60:], *errors[-20:])
    counted = [found for line in heard if (found := CORRECT.search(line))]
    sentence = f"{counted[0][1]} / {counted[0][2]}" if counted else _last(errors or heard)
    return {"passed": code == 0, "sentence": sentence}


def _named(model: Archive) -> list[str]:
    return ["--archive", str(Path(model.path)), "--sha256", model.sha256]


def _last(lines: list[str]) -> str:
    return lines[-1].strip() if lines else ""
