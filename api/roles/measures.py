"""How well promises are kept and how long candidates hear nothing: by stage, by recruiter, by role, week by week."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, cast, extract, func, select

from api import clock
from api.conversations.models import Conversation, Message
from api.db import db, is_sqlite
from api.reader import nearest
from api.roles import text
from api.roles.models import STAGES, Application, Promise, Role, RoleText, StageChange
from api.roles.promises import zone_of
from api.roles.schemas import ENDED

PERIODS = (30, 90, 365)
DAY = timedelta(days=1)
SECONDS = 86_400
AT_ONCE = 1000


@dataclass
class Measure:
    """One stage, recruiter or role. `kept` of `due` promises; `silences`: `waits` times without a word, in days."""

    name: str
    key: str = ""
    kept: int = 0
    due: int = 0
    silences: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float | None:
        """The share that was kept, 0 to 1; None where nothing was due."""
        return self.kept / self.due if self.due else None

    @property
    def waits(self) -> int:
        return len(self.silences)

    @cached_property
    def silence(self) -> float | None:
        """The median in days, for whoever asks once all are there; None where nobody waited."""
        return round(median(self.silences), 1) if self.silences else None


@dataclass(frozen=True)
class Measures:
    """All of it for a period. `weeks` begin on Mondays; their promises are those that fell due then."""

    total: Measure
    stages: list[Measure]
    recruiters: list[Measure]
    roles: list[Measure]
    weeks: list[Measure]


class _Group(dict[str, Measure]):
    """Measures by key, made as they are needed."""

    def __missing__(self, key: str) -> Measure:
        self[key] = made = Measure(key, key)
        return made


class _Applied:
    """An application, as far as it is measured. `steps`: since when in which stage; `contacts`: when the candidate heard something.

    Times are whole seconds since 1970 here: a year of a large employer is looked through at once.
    """

    __slots__ = ("active", "contacts", "office", "recruiter", "role", "steps")

    def __init__(self, role: str, recruiter: str, office: str | None, active: bool, received_at: int) -> None:
        self.role, self.recruiter, self.office, self.active = role, recruiter, office, active
        self.steps: list[tuple[int, str]] = []
        self.contacts = [received_at]

    def stage_at(self, at: int) -> str:
        """The stage it was in."""
        found = self.steps[0][1] if self.steps else "received"
        for since, stage in self.steps:
            if since > at:
                break
            found = stage
        return found


class _Due(NamedTuple):
    """A promise that counts: for which application, who, by which day, when it was made, whether it was kept."""

    application: _Applied
    who: str
    due_on: date
    made_at: int
    kept: bool


def measures(period: int, language: str) -> Measures:
    """The last `period` days. Five queries, however much there is.

    A promise counts once its day has passed, or it was kept before: kept; or contact came late, another day was named late, or it
    is open still. Silence is the time between two things that a candidate heard: the receipt, another stage, a recruiter's message, a
    kept promise. A silence that goes on counts until now.
    """
    now = clock.now()
    since = now - period * DAY
    applied = _applications()
    promises = list(_promises(since, now, applied))
    _add_messages(applied)
    groups = {name: _Group() for name in ("stages", "recruiters", "roles", "weeks", "total")}
    for promise in promises:
        found, monday = promise.application, (promise.due_on - timedelta(days=promise.due_on.weekday())).isoformat()
        keys = (("stages", found.stage_at(promise.made_at)), ("recruiters", promise.who), ("roles", found.role), ("weeks", monday), ("total", ""))
        for group, key in keys:
            measure = groups[group][key]
            measure.due += 1
            measure.kept += promise.kept
    for number, found in enumerate(applied.values()):
        _add_silences(groups, found, int(since.timestamp()), int(now.timestamp()))
        if number % AT_ONCE == 0:
            time.sleep(0)
    return _sorted(groups, language)


def _read(query: Select[Any]) -> Iterable[Any]:
    """The rows, some at a time. In between others have their turn: of greenlets one runs until it waits."""
    for rows in db.session.execute(query.execution_options(yield_per=AT_ONCE)).partitions():
        yield from rows
        time.sleep(0)


def _seconds(column: Any) -> Any:
    """A moment as whole seconds since 1970: much cheaper to read than a moment, where there are many."""
    return cast(func.floor(extract("epoch", column)) if not is_sqlite() else extract("epoch", column), BigInteger)


def _applications() -> dict[str, _Applied]:
    columns = (Application.id, Application.status, _seconds(Application.received_at), Role.ref, Role.office, Role.recruiter["name"].as_string())
    found: dict[str, _Applied] = {}
    for id_, status, received_at, role, office, recruiter in _read(select(*columns).join(Role, Role.id == Application.role_id)):
        found[id_] = _Applied(role, recruiter or "", office, status == "active", received_at)
    for id_, stage, at in _read(select(StageChange.application_id, StageChange.stage, _seconds(StageChange.at)).order_by(StageChange.at)):
        applied = found[id_]
        applied.steps.append((at, stage))
        if stage != "withdrawn":
            applied.contacts.append(at)
    return found


def _promises(since: datetime, now: datetime, applied: dict[str, _Applied]) -> Iterable[_Due]:
    """Those that count. Contacts are noted on the way."""
    columns = (Promise.application_id, Promise.who, Promise.due_on, _seconds(Promise.made_at), Promise.status, _seconds(Promise.closed_at))
    zones = {office: zone_of(office) for office in {found.office for found in applied.values()}}
    today, first = {office: now.astimezone(zone).date() for office, zone in zones.items()}, since.date()
    for id_, who, due_on, made_at, status, closed_at in _read(select(*columns)):
        found, met = applied[id_], status in ("kept", "broken")
        if met and closed_at:
            found.contacts.append(closed_at)
        if due_on < first:
            continue
        ended = datetime.fromtimestamp(closed_at, zones[found.office]).date() if closed_at else today[found.office]
        if met or (status in ("open", "replaced") and due_on < ended):
            yield _Due(found, who, due_on, made_at, status == "kept")


def _add_messages(applied: dict[str, _Applied]) -> None:
    """What recruiters wrote to candidates who had proved who they were."""
    query = (
        select(Application.id, _seconds(Message.sent_at))
        .join(Conversation, Conversation.candidate_id == Application.candidate_id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.sender == "recruiter", Conversation.verified_at.is_not(None))
    )
    for id_, at in _read(query):
        applied[id_].contacts.append(at)


def _add_silences(groups: dict[str, _Group], found: _Applied, since: int, now: int) -> None:
    """Note the silences that ended within the period, or go on. After the end nobody waits."""
    end = next((at for at, stage in found.steps if stage in ENDED), now)
    heard = sorted({at for at in found.contacts if at <= end})
    if found.active:
        heard.append(now)
    waits = [(start, (stop - start) / SECONDS) for start, stop in pairwise(heard) if stop >= since and stop > start]
    if not waits:
        return
    for start, days in waits:
        groups["stages"][found.stage_at(start)].silences.append(days)
    lengths = [days for _, days in waits]
    for group, key in (("recruiters", found.recruiter), ("roles", found.role), ("total", "")):
        groups[group][key].silences += lengths


def _sorted(groups: dict[str, _Group], language: str) -> Measures:
    """In reading order, with names instead of keys."""
    titles: dict[str, dict[str, str]] = defaultdict(dict)
    for ref, code, said in db.session.execute(select(Role.ref, RoleText.language, RoleText.title).join(RoleText, RoleText.role_id == Role.id)):
        titles[ref][code] = said
    for key, measure in groups["roles"].items():
        best = nearest(titles[key], language)
        measure.name = titles[key][best] if best else key
    for key, measure in groups["stages"].items():
        measure.name = text.stage(key)
    stages = sorted(groups["stages"].values(), key=lambda m: STAGES.index(m.key))
    people: Any = [m for m in groups["recruiters"].values() if m.key]
    by_size: Any = lambda m: (-m.due, -m.waits, m.name)  # noqa: E731
    weeks = [groups["weeks"][key] for key in sorted(groups["weeks"])]
    total = groups["total"].get("", Measure(""))
    return Measures(total, stages, sorted(people, key=by_size), sorted(groups["roles"].values(), key=by_size), weeks)
