"""How well promises are kept and how long candidates hear nothing: by stage, by recruiter, by role, week by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import select

from api import clock
from api.conversations.models import Conversation, Message
from api.db import db
from api.reader import nearest
from api.roles import text
from api.roles.models import STAGES, Application, Promise, Role, RoleText, StageChange
from api.roles.promises import zone_of
from api.roles.schemas import ENDED

PERIODS = (30, 90, 365)
DAY = timedelta(days=1)


@dataclass
class Measure:
    """One stage, recruiter or role. `kept` of `due` promises; `silence`: the median of `waits` times without a word, in days."""

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

    @property
    def silence(self) -> float | None:
        """The median in days; None where nobody waited."""
        return round(median(self.silences), 1) if self.silences else None


@dataclass(frozen=True)
class Measures:
    """All of it for a period. `weeks` begin on Mondays; their promises are those that fell due then."""

    total: Measure
    stages: list[Measure]
    recruiters: list[Measure]
    roles: list[Measure]
    weeks: list[Measure]


@dataclass
class _Applied:
    """An application, as far as it is measured. `steps`: since when in which stage; `contacts`: when the candidate heard something."""

    role: str
    recruiter: str
    office: str | None
    active: bool
    steps: list[tuple[datetime, str]] = field(default_factory=list)
    contacts: list[datetime] = field(default_factory=list)

    def stage_at(self, at: datetime) -> str:
        """The stage it was in."""
        return next((stage for since, stage in reversed(self.steps) if since <= at), self.steps[0][1] if self.steps else "received")


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
    groups: dict[str, dict[str, Measure]] = {name: {} for name in ("stages", "recruiters", "roles", "weeks", "total")}
    for application_id, who, due_on, made_at, kept in promises:
        found = applied[application_id]
        monday = (due_on - timedelta(days=due_on.weekday())).isoformat()
        of_promise = (("stages", found.stage_at(made_at)), ("recruiters", who), ("roles", found.role), ("weeks", monday), ("total", ""))
        for measure in _each(groups, of_promise):
            measure.due += 1
            measure.kept += kept
    for found in applied.values():
        for start, days in _silences(found, since, now):
            of_wait = (("stages", found.stage_at(start)), ("recruiters", found.recruiter), ("roles", found.role), ("total", ""))
            for measure in _each(groups, of_wait):
                measure.silences.append(days)
    return _sorted(groups, language)


def _applications() -> dict[str, _Applied]:
    columns = (Application.id, Application.status, Application.received_at, Role.ref, Role.office, Role.recruiter)
    found: dict[str, _Applied] = {}
    for id_, status, received_at, role, office, recruiter in db.session.execute(select(*columns).join(Role, Role.id == Application.role_id)):
        found[id_] = _Applied(role, recruiter.get("name", ""), office, status == "active", [], [received_at])
    for id_, stage, at in db.session.execute(select(StageChange.application_id, StageChange.stage, StageChange.at).order_by(StageChange.at)):
        found[id_].steps.append((at, stage))
        if stage != "withdrawn":
            found[id_].contacts.append(at)
    return found


def _promises(since: datetime, now: datetime, applied: dict[str, _Applied]) -> Iterable[tuple[str, str, date, datetime, bool]]:
    """Those that count: application, who, the day, when it was made, whether it was kept. Contacts are noted on the way."""
    columns = (Promise.application_id, Promise.who, Promise.due_on, Promise.made_at, Promise.status, Promise.closed_at)
    for id_, who, due_on, made_at, status, closed_at in db.session.execute(select(*columns)):
        zone = zone_of(applied[id_].office)
        ended = closed_at.astimezone(zone).date() if closed_at else None
        if status in ("kept", "broken") and closed_at:
            applied[id_].contacts.append(closed_at)
        late = due_on < (ended or now.astimezone(zone).date())
        counts = status in ("kept", "broken") or (status in ("open", "replaced") and late)
        if counts and since.date() <= due_on and (late or status != "open"):
            yield id_, who, due_on, made_at, status == "kept"


def _add_messages(applied: dict[str, _Applied]) -> None:
    """What recruiters wrote to candidates who had proved who they were."""
    query = (
        select(Application.id, Message.sent_at)
        .join(Conversation, Conversation.candidate_id == Application.candidate_id)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.sender == "recruiter", Conversation.verified_at.is_not(None))
    )
    for id_, at in db.session.execute(query):
        applied[id_].contacts.append(at)


def _silences(found: _Applied, since: datetime, now: datetime) -> Iterable[tuple[datetime, float]]:
    """Beginnings and lengths in days of the silences that ended within the period, or go on. After the end nobody waits."""
    end = next((at for at, stage in found.steps if stage in ENDED), now)
    heard = sorted({at for at in found.contacts if at <= end})
    ends = [*heard[1:], now] if found.active else heard[1:]
    for start, stop in zip(heard, ends, strict=False):
        if stop >= since and stop > start:
            yield start, (stop - start) / DAY


def _each(groups: dict[str, dict[str, Measure]], keys: Iterable[tuple[str, str]]) -> Iterable[Measure]:
    for group, key in keys:
        yield groups[group].setdefault(key, Measure(key, key))


def _sorted(groups: dict[str, dict[str, Measure]], language: str) -> Measures:
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
