"""Promises by rule: what the employer promises whoever enters a stage, such as an answer within 5 working days of the interview."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from api.answers.company import Office, company
from api.handoff.hours import spans
from api.roles import promises
from api.roles.models import Application

RULE = "rule"


def apply(application: Application, entered: bool, now: datetime) -> None:
    """Promise what the rule of the stage says, when the application has entered it and nothing else is promised.

    A promise of the rule's own moves along with the interview that it counts from. A day that has passed already is
    promised to nobody: such applications are listed as having no promise.
    """
    wanted = _wanted(application)
    before = promises.open_promise(application)
    if wanted is None or wanted["due_on"] < now.astimezone(promises.zone_of(application.role.office)).date():
        return
    new = before is None and entered
    moved = before is not None and before.made_by == RULE and not entered and before.due_on != wanted["due_on"]
    if new or moved:
        promises.make(application, wanted, RULE, now)


def _wanted(application: Application) -> dict[str, Any] | None:
    """Who, by when, how; None where there is no rule or nobody to name."""
    role = application.role
    rule = company().promise_rules.get(application.stage)
    who = role.recruiter.get("name") or role.contact.get("name")
    if rule is None or not who or application.status != "active":
        return None
    start = _start(application).astimezone(promises.zone_of(role.office)).date()
    return {"who": who, "due_on": working_day(company().office(role.office), start, rule.working_days), "channel": rule.channel}


def _start(application: Application) -> datetime:
    """What the days are counted from: the interview itself, where its time is known, or the day the stage began."""
    at = (application.interview or {}).get("at") if application.stage == "interview" else None
    return max(application.stage_since, datetime.fromisoformat(at)) if at else application.stage_since


def working_day(office: Office, start: date, days: int) -> date:
    """The day that is `days` of the office's working days after `start`; before it, if negative. At most a year away."""
    step, left, found = (1, days, start) if days >= 0 else (-1, -days, start)
    for _ in range(366):
        if left <= 0:
            break
        found += timedelta(days=step)
        left -= bool(spans(office, found))
    return found
