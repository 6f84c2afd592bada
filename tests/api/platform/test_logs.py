"""The log says where something broke and by what, and never what candidates or staff have written."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text

from api import errors, logs
from api.conversations import storing, turns
from api.db import db
from api.handoff import tasks
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Candidate, over_flask
from tests.api.handoff.test_inbox import talk

ZEBRA = "zebra@example.com is ill"
Lines = list[dict[str, Any]]


@pytest.fixture
def lines(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What the modules below write to the log from now on, as it is written."""
    written = structlog.testing.CapturingLogger()
    log = structlog.wrap_logger(written, processors=structlog.get_config()["processors"], wrapper_class=structlog.get_config()["wrapper_class"])
    for module in (errors, logs, tasks, turns):
        monkeypatch.setattr(module, "log", log)
    return Written(written)


class Written(list[dict[str, Any]]):
    """The lines of a capturing logger, read when they are asked for."""

    def __init__(self, logger: structlog.testing.CapturingLogger) -> None:
        self._logger = logger

    def __iter__(self) -> Any:
        return iter([json.loads(call.args[0]) for call in self._logger.calls])


def broken(lines: Lines, event: str) -> str:
    """The trace of the only line about this; no line quotes anybody."""
    assert "zebra" not in json.dumps(list(lines))
    [line] = [line for line in lines if line["event"] == event]
    return str(line["exception"])


def fails(*_: Any, **__: Any) -> None:
    try:
        raise KeyError(ZEBRA)
    except KeyError as error:
        raise ValueError(f"cannot read {ZEBRA}") from error


def test_of_a_turn_that_breaks(client: FlaskClient, fake_assistant: FakeAssistant, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "store", fails)
    Candidate(over_flask(client)).try_say("zebra")
    trace = broken(lines, "turn could not be stored")
    assert "in _take_traced" in trace and "in fails" in trace
    assert trace.splitlines()[-1] == "builtins.ValueError"
    assert "builtins.KeyError" in trace.splitlines()


def test_of_a_sweep_that_breaks(context: APIFlask, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    found = talk(("candidate", "zebra"))
    db.session.commit()
    tasks._each([found.id], fails)
    assert "in fails" in broken(lines, "sweep failed for a conversation")


@pytest.mark.parametrize("break_", [fails, lambda: db.session.execute(text(f"select '{ZEBRA}' from nowhere"))], ids=["in Python", "in the database"])
def test_of_a_request_that_breaks(app: APIFlask, lines: Lines, break_: Callable[[], Any]) -> None:
    with app.test_request_context("/"):
        try:
            break_()
        except Exception as error:
            assert "zebra" in str(error), "what this rests on"
            app.config["PROPAGATE_UNEXPECTED"] = False
            errors.unforeseen(error)
    assert all("zebra" not in json.dumps(line) for line in lines)
    assert len(list(lines)) == 1


def test_of_several_that_break_together(lines: Lines) -> None:
    try:
        raise ExceptionGroup(ZEBRA, [ValueError(ZEBRA), TypeError(ZEBRA)])
    except ExceptionGroup:
        logs.log.exception("all broke")
    assert broken(lines, "all broke").splitlines()[-3:] == ["builtins.ExceptionGroup", "builtins.ValueError", "builtins.TypeError"]


def test_of_a_job_that_breaks(app: APIFlask, lines: Lines) -> None:
    try:
        fails()
    except ValueError:
        logging.getLogger("huey").exception("Unhandled exception in task %s.", "1")
    assert "in fails" in broken(lines, "Unhandled exception in task 1.")
