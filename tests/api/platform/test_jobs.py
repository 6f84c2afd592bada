"""Background work: the queue only wakes; a task that fails or a queue that is away loses nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import text

from api import jobs
from api.db import after_commit, db
from tests.api.serving import work

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the job `test` was called with."""
    calls: list[tuple[object, ...]] = []
    monkeypatch.setitem(jobs._jobs, "test", lambda *arguments: calls.append(arguments))
    return calls


def test_a_job_runs_later_with_its_arguments(context: APIFlask, ran: list[tuple[object, ...]]) -> None:
    jobs.later("test", "a", 2, None)
    assert ran == []
    assert work(context) == 1
    assert ran == [("a", 2, None)]


def test_a_delayed_job_waits_for_its_time(context: APIFlask, ran: list[tuple[object, ...]]) -> None:
    jobs.later("test", delay=30)
    work(context)
    assert ran == []
    work(context, until=timedelta(seconds=31))
    assert ran == [()]


def test_a_job_that_nobody_wrote_is_noticed_where_it_is_asked_for(context: APIFlask) -> None:
    with pytest.raises(LookupError):
        jobs.later("no.such.job")


def test_a_job_that_breaks_does_not_stop_the_next(context: APIFlask, ran: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise RuntimeError("broken")

    monkeypatch.setitem(jobs._jobs, "breaks", breaks)
    jobs.later("breaks")
    jobs.later("test")
    work(context)
    assert ran == [()]


def test_every_job_that_is_asked_for_is_there(context: APIFlask) -> None:
    """A name that is asked for but registered nowhere breaks the commit that asks."""
    import re

    from api.config import ROOT

    asked = {name for path in (ROOT / "api").rglob("*.py") for name in re.findall(r'jobs\.later\(\s*"([^"]+)"', path.read_text(encoding="utf-8"))}
    assert asked
    assert asked <= set(jobs._jobs)


def test_the_sweep_runs_all_sweeps_every_few_seconds(context: APIFlask) -> None:
    """Each minute the queue is given one task per sweep and ten seconds."""
    huey = context.extensions["jobs"]["huey"]
    [periodic] = huey._registry.periodic_tasks
    huey.execute(periodic)
    wanted = len(jobs._sweeps) * 60 // jobs.SWEEP_EVERY
    assert work(context, until=timedelta(minutes=2)) >= wanted
    assert {"conversations.sweep", "outbox.deliver"} <= set(jobs._sweeps)


def test_what_waits_for_the_commit_runs_after_it(context: APIFlask) -> None:
    ran: list[int] = []
    db.session.begin_nested()
    after_commit(lambda: ran.append(1))
    db.session.get_nested_transaction().commit()  # type: ignore[union-attr]
    assert ran == []
    db.session.commit()
    assert ran == [1]
    db.session.execute(text("SELECT 1"))
    after_commit(lambda: ran.append(2))
    db.session.rollback()
    db.session.commit()
    assert ran == [1]
