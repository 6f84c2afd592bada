"""Drug tests, health and background checks: a text on tests or steps that doesn't name them says nothing about them."""

from __future__ import annotations

import json
import re
from typing import Any

from actions.company_answers import say_unknown
from actions.role_answers import tell_ad_text, tell_unknown
from actions.role_lookup import Role
from actions.turn import Turn

_KINDS = {
    "drugs": (
        r"\b(?:drog|narkotika|alko|alkohol|nykterhets)-?(?:test|prov|kontroll|screen)\w*|\burinprov\w*",
        r"\b(?:testa\w*|prov\w*|kollar) (?:\w+ )?(?:för |efter |om )?(?:drog|narkotika)\w*",
        r"\b(?:huume|huumausaine|päihde|alkoholi)\w*(?:test|seul|kok)\w*|\bvirtsanäyt\w*|\bpuhallustest\w*",
        r"\b(?:drugs?|alcohol|urine)[ -](?:test|screen)\w*|\btest\w* (?:\w+ )?for (?:drugs|alcohol)\b",
    ),
    "health": (
        r"\b(?:hälso|läkar)(?:kontroll|undersök|prov|intyg)\w*|\b(?:terveys|lääkärin|tulo)(?:tarkast|tarkist|todist)\w*",
        r"\b(?:medical|health) (?:exam\w*|check\w*|screening|certificate)\b",
    ),
    "background": (
        r"\bbakgrunds(?:kontroll|koll)\w*|\bbelastnings(?:regist|utdrag)\w*|\bsäkerhets(?:prövning|utredning|klass)\w*",
        r"\bkredit(?:upplysning|kontroll)\w*|\b(?:turvallisuus|tausta|henkilö)(?:selvity|tarkist)\w*|\brikosrek\w*|\bluottotie\w*",
        r"\b(?:background|credit|police) checks?\b|\bcriminal records?\b|\bsecurity clearance\b|\bcredit history\b",
    ),
}
_PATTERNS = {kind: re.compile("|".join(words), re.IGNORECASE) for kind, words in _KINDS.items()}
_NO_TEXT = frozenset(["title", "process"])


def asked_in(text: str) -> list[str]:
    """The kinds of check that a text names."""
    return [kind for kind, pattern in _PATTERNS.items() if pattern.search(text)]


async def say_if_unwritten(turn: Turn, intent: str, subject: str, role: Role | None) -> bool:
    """True when a check is asked about that the words on a subject don't name: then what another text says, or that it is unknown, is said."""
    asked = set(asked_in(turn.words))
    if not asked:
        return False
    ad = (role or {}).get("texts") or {}
    written = ad.get(subject) or await turn.gateway.answer(subject, turn.language)
    if asked & _named(written):
        return False
    if role is None:
        say_unknown(turn, intent, None)
        return True
    elsewhere = (key for key, words in ad.items() if isinstance(words, str | list) and key not in _NO_TEXT and asked & _named(words))
    if not any(tell_ad_text(turn, role, intent, key) for key in elsewhere):
        tell_unknown(turn, role, intent)
    return True


def _named(written: Any) -> set[str]:
    return set(asked_in(json.dumps(written, ensure_ascii=False)))
