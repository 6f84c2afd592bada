"""Job alerts: asked for, confirmed and ended by links in mails. Everything works in the caller's transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import select

from api import clock, links
from api.audit.service import Actor, record
from api.candidates import mails, queries
from api.candidates.models import JobAlert
from api.candidates.service import address
from api.db import db, new_id
from api.outbox.service import queue_mail, queue_nothing
from api.roles.models import Role

CONFIRM, END = "alert-confirm", "alert-end"
CONFIRM_WITHIN = timedelta(days=7)
DAY = timedelta(days=1)
MAILS_A_DAY = 3  # of one sort to one address: nobody is to be pestered through us
LIVE = ("pending", "confirmed")


@dataclass(frozen=True)
class Wish:
    """What an alert is about; None: any. `remote`: only what can be done away from the office, if only in part."""

    field: str | None = None
    employment_type: str | None = None
    location: str | None = None
    remote: bool = False


def ask_alert(email: str, language: str, wish: Wish) -> None:
    """Mail a link that switches the alert on. The answer is the same whoever the address belongs to. Raises `NoAddress`."""
    email, now = address(email), clock.now()
    if queries.mails_to(email, "alert-ask:", now - DAY) >= MAILS_A_DAY:
        queue_nothing(f"alert-ask:{new_id()}")
        return
    alert = _find_or_add(email, wish)
    alert.language = language
    mail = mails.alert_question(alert, f"/alerts/confirm/{links.sign(CONFIRM, alert.id)}", end_path(alert))
    queue_mail(email, mail.subject, mail.text, language, f"alert-ask:{new_id()}")


def _find_or_add(email: str, wish: Wish) -> JobAlert:
    same = select(JobAlert).filter_by(email=email, **asdict(wish)).where(JobAlert.status.in_(LIVE))
    alert = db.session.scalar(same.limit(1))
    if alert is None:
        alert = JobAlert(email=email, language="en", **asdict(wish))
        db.session.add(alert)
        db.session.flush()
    return alert


def end_path(alert: JobAlert, every: bool = False) -> str:
    """The address that ends this alert, or every alert of its mail address."""
    return f"/alerts/end/{links.sign(END, [alert.id, every])}"


def ask_end(email: str, language: str) -> None:
    """Mail a link that ends all alerts of an address, if it has any; otherwise the same work without the mail.

    Raises `NoAddress`.
    """
    email, now, dedupe = address(email), clock.now(), f"alert-off:{new_id()}"
    found = db.session.scalar(select(JobAlert).where(JobAlert.email == email, JobAlert.status.in_(LIVE)).limit(1))
    sent = queries.mails_to(email, "alert-off:", now - DAY)
    mail = mails.alert_end(language, end_path(found or JobAlert(id=new_id()), every=True))
    if found is None or sent >= MAILS_A_DAY:
        queue_nothing(dedupe)
    else:
        queue_mail(email, mail.subject, mail.text, language, dedupe)


def to_confirm(token: str) -> JobAlert:
    """The alert that a link confirms. Raises `LinkUnusable`, also for an alert that has been ended."""
    return _alert(links.read(CONFIRM, token, CONFIRM_WITHIN), LIVE)


def to_end(token: str) -> tuple[JobAlert, bool]:
    """The alert that a link ends, and whether it ends all of the address. Such links never run out."""
    id_, every = links.read(END, token)
    return _alert(id_, (*LIVE, "ended")), bool(every)


def _alert(id_: str, statuses: tuple[str, ...]) -> JobAlert:
    alert = db.session.get(JobAlert, id_)
    if alert is None or alert.status not in statuses:
        raise links.LinkUnusable
    return alert


def confirm(alert: JobAlert) -> None:
    """The address wants it. Again changes nothing."""
    if alert.status == "pending":
        alert.status, alert.confirmed_at = "confirmed", clock.now()
        record(Actor("candidate", alert.id), "alert.confirmed", alert)


def end(alert: JobAlert, every: bool = False) -> None:
    """No more mails about this alert, or about any of its address. Again changes nothing."""
    if every:
        end_all(alert.email)
    elif alert.status in LIVE:
        alert.status, alert.ended_at = "ended", clock.now()
        record(Actor("candidate", alert.id), "alert.ended", alert)


def end_all(email: str) -> None:
    """No more mails about new roles to this address."""
    for alert in db.session.scalars(select(JobAlert).where(JobAlert.email == email, JobAlert.status.in_(LIVE))):
        end(alert)


def fits(alert: JobAlert, role: Role) -> bool:
    """Whether a role is what the alert is about; only facts of the role count.

    An internship may be told by the role's line of work or by its kind of employment; either counts.
    """
    kinds = (None, role.field, role.employment_type)
    remote = not alert.remote or role.remote in ("full", "hybrid")
    return alert.field in kinds and alert.employment_type in kinds and remote and _place_fits(alert.location, role)


def _place_fits(location: str | None, role: Role) -> bool:
    """By town or country; work from anywhere suits every place."""
    if not location or role.remote == "full":
        return True
    wanted = location.casefold()
    return any(wanted in (str(p.get("city", "")).casefold(), str(p.get("country", "")).casefold()) for p in role.locations)
