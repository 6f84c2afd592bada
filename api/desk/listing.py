"""The list as the inbox's pages ask for it."""

from __future__ import annotations

from dataclasses import dataclass

from api.accounts.models import Staff
from api.desk.asked import Asked
from api.handoff import inbox
from api.handoff.inbox import InboxRow


@dataclass(frozen=True)
class Options:
    """What one can filter by: roles as reference and title, labels."""

    roles: list[tuple[str, str]]
    labels: list[str]


def rows(staff: Staff, wanted: Asked, many: int) -> tuple[list[InboxRow], bool]:
    """The first `many` rows, and whether there are more."""
    found = inbox.rows(staff, wanted.view, wanted, many + 1)
    return found[:many], len(found) > many


def counts(staff: Staff) -> dict[str, int]:
    """How many each view has, and `requests` that are open."""
    return inbox.counts(staff)


def options(language: str) -> Options:
    """What the list can be narrowed to."""
    return Options(inbox.roles(language), labels())


def labels() -> list[str]:
    """The labels in use."""
    return inbox.labels()
