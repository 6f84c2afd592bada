"""What the address of the inbox asks for: a view, filters, a search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import request, url_for

from api.config import LANGUAGES
from api.desk.words import REASONS, VIEWS
from api.fields import UNSTORABLE
from api.handoff.inbox import InboxFilters

FILTERS = ("role", "language", "reason", "label", "verified")
PLACE = "conversation--id"
PAGE = 50
MOST = 200


@dataclass(frozen=True)
class Asked(InboxFilters):
    """The list that is wanted. Whatever the address says that makes no sense is left out."""

    view: str = "waiting"

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set, by name."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    def in_address(self, **other: str) -> dict[str, Any]:
        """As parameters of an address, the usual ones left out."""
        wanted = {"view": self.view, **self.filters, "q": self.q} | other
        return {name: value for name, value in wanted.items() if value and (name, value) != ("view", "waiting")}

    def conversation(self, conversation_id: str) -> str:
        """The address of a conversation beside this list."""
        before, after = self._around
        return f"{before}{conversation_id}{after}"

    @cached_property
    def _around(self) -> tuple[str, str]:
        """What stands before and after a conversation's id in its address, put together once for all rows."""
        before, _, after = url_for("desk.conversation", conversation_id=PLACE, **self.in_address()).partition(PLACE)
        return before, after

    def inbox(self, **other: str) -> str:
        """The address of this list alone, or of a like one."""
        return url_for("desk.inbox", **self.in_address(**other))


def asked() -> Asked:
    """What the present request asks for."""
    found = {name: _clean(request.args.get(name, "")) for name in (*FILTERS, "q")}
    view = request.args.get("view", "")
    return Asked(
        role=found["role"][:64], language=_one_of(found["language"], LANGUAGES), reason=_one_of(found["reason"], REASONS), label=found["label"][:40],
        verified=_one_of(found["verified"], ("yes", "no")), q=found["q"], view=view if view in VIEWS else "waiting",
    )  # fmt: skip


def shown() -> int:
    """How many rows the page shows already, so that a fresh list is as long."""
    try:
        return max(PAGE, min(MOST, int(request.args.get("shown", PAGE))))
    except ValueError:
        return PAGE


def address_bar(wanted: Asked) -> str:
    """The address that the browser should show: the page it is on, with this list."""
    path = urlsplit(request.headers.get("HX-Current-URL", "")).path
    path = path if path.startswith("/desk/conversations/") else url_for("desk.inbox")
    query = urlencode(wanted.in_address())
    return f"{path}?{query}" if query else path


def _clean(text: str) -> str:
    return "" if UNSTORABLE.search(text) else " ".join(text.split())[:100]


def _one_of(value: str, known: Any) -> str:
    return value if value in known else ""
