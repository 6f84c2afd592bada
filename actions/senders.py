"""Mail addresses and domains in a message."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[\w.+%-]+@(?:[\w-]+\.)+[\w-]{2,}", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<![\w@.-])(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?![\w-])", re.IGNORECASE)
_AFTER_AT = re.compile(r"(?<![\w.+%-])@((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)
_SHORT = frozenset(["t.ex", "m.fl"])  # words that look like domains
_FILE_ENDINGS = frozenset(["pdf", "doc", "docx", "odt", "rtf", "txt", "png", "jpg", "jpeg", "zip"])


def email_in(text: str) -> str | None:
    """The first mail address in a text, without the full stop that may end its sentence."""
    found = _EMAIL.search(text)
    return found.group().rstrip(".") if found else None


def senders_in(text: str) -> list[str]:
    """The domains of all mail addresses and links in a text, folded."""
    mails = [mail.rpartition("@")[2].rstrip(".") for mail in _EMAIL.findall(text)]
    links = _AFTER_AT.findall(text) + _DOMAIN.findall(_EMAIL.sub(" ", text))
    domains = [domain.casefold().removeprefix("www.") for domain in mails + links]
    known = (d for d in domains if d not in _SHORT and d.rpartition(".")[2] not in _FILE_ENDINGS)
    return list(dict.fromkeys(known))


def belongs_to(domain: str, own: list[str]) -> bool:
    """Whether a domain is one of the company's own, or below one."""
    return any(domain == mine or domain.endswith(f".{mine}") for mine in map(str.casefold, own))
