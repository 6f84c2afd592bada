"""Whether each part of the desk works, in plain words for those who work at it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from babel.numbers import format_decimal
from flask import current_app
from flask_babel import gettext, ngettext

from api.assistant.client import is_ready
from api.operations.readings import LATE, Reading, worker_silence
from api.reader import language

State = Literal["ok", "late", "bad", "unknown"]
WORKER_BUSY = timedelta(minutes=3)  # it looks once a minute
FEW_BYTES, FEWER_BYTES = 5_000_000_000, 1_000_000_000


@dataclass(frozen=True)
class Part:
    """One part: `says` is what it means for candidates or for those who work here."""

    name: str
    state: State
    says: str


def parts(found: Sequence[Reading]) -> list[Part]:
    """All parts, from readings just taken; asks the assistant and the disk, so no transaction may be open."""
    by_name = {reading.name: reading for reading in found}
    return [
        Part(gettext("Database"), "ok", gettext("It answers: this page was read from it.")),
        _assistant(by_name["turns_waiting"]),
        _worker(worker_silence()),
        _outgoing(gettext("Mail"), by_name["mails_waiting"], by_name["mails_failed"]),
        _outgoing(gettext("Webhooks"), by_name["webhooks_waiting"], by_name["webhooks_failed"]),
        _disk(),
    ]


def _assistant(waiting: Reading) -> Part:
    if not is_ready(current_app.config["SETTINGS"]):
        return Part(gettext("Assistant"), "bad", gettext("It does not answer. Candidates' messages wait for it; after a while a person is asked."))
    if waiting.oldest > LATE.total_seconds():
        return Part(gettext("Assistant"), "late", gettext("It answers, but a message has waited for minutes."))
    return Part(gettext("Assistant"), "ok", gettext("It answers."))


def _worker(silence: float | None) -> Part:
    name = gettext("Background work")
    if silence is None:
        return Part(name, "unknown", gettext("It has not been seen yet. Mail, reminders and second tries wait for it."))
    if silence > WORKER_BUSY.total_seconds():
        minutes = int(silence // 60)
        said = ngettext(
            "It was last seen %(num)s minute ago. Mail and reminders wait.", "It was last seen %(num)s minutes ago. Mail and reminders wait.", minutes
        )
        return Part(name, "bad", said)
    return Part(name, "ok", gettext("It was seen within the last minutes."))


def _outgoing(name: str, waiting: Reading, failed: Reading) -> Part:
    if failed.count:
        return Part(name, "bad", ngettext("%(num)s was given up.", "%(num)s were given up.", failed.count))
    if waiting.oldest > LATE.total_seconds():
        return Part(name, "late", ngettext("%(num)s has waited for minutes.", "%(num)s have waited for minutes.", waiting.count))
    return Part(name, "ok", gettext("Nothing waits."))


def _disk() -> Part:
    free = shutil.disk_usage(current_app.config["SETTINGS"].var).free
    state: State = "bad" if free < FEWER_BYTES else "late" if free < FEW_BYTES else "ok"
    size: Any = format_decimal(free / 1e9, "#,##0.0", locale=language())
    return Part(gettext("Disk"), state, gettext("%(size)s GB are free.", size=size))
