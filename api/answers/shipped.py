"""The texts that the repository ships: the assistant's, read from `nlu/domain` as data, and some that the gateway says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from api import plain_yaml
from api.config import LANGUAGES, ROOT

DOMAIN = ROOT / "nlu" / "domain"
FIELD = re.compile(r"\{([a-z_]+)\}")
# Tables of the domain: from them the actions take single words and the titles of buttons.
TABLES = {"utter_titles": "title", "utter_buttons": "button", "utter_words": "word"}
COMMON = "common"


@dataclass(frozen=True)
class Shipped:
    """A text as it is shipped, by language; `fields` are the places in it that the assistant fills in."""

    kind: str
    key: str
    skill: str
    texts: dict[str, str]
    fields: frozenset[str]

    @property
    def is_wording(self) -> bool:
        """Whether it says anything of its own; some only hold a place for what comes from elsewhere."""
        return any(re.search(r"\w", FIELD.sub("", text)) for text in self.texts.values())


_others: dict[str, tuple[str, Callable[[str], str]]] = {}


def also(key: str, skill: str, text: Callable[[str], str]) -> None:
    """Let a message that the gateway itself says be worded as the assistant's are: `text(language)` is what is shipped."""
    _others[key] = skill, text


def find(kind: str, key: str) -> Shipped | None:
    """A shipped text, if there is one."""
    return shipped().get((kind, key))


@cache
def shipped() -> dict[tuple[str, str], Shipped]:
    """All shipped texts by kind and key, in the order of the files. Read once: an update restarts the gateway.

    Only within an application: the gateway's own texts are translated in it.
    """
    found: dict[tuple[str, str], Shipped] = {}
    files = {path.stem: _read(path) for path in sorted(DOMAIN.glob("*.yml"))}
    skill_of = {intent: skill for skill, written in files.items() for intent in written.get("intents") or ()}
    for skill, written in files.items():
        for name, variations in (written.get("responses") or {}).items():
            by_language = {_language(variation): variation for variation in variations}
            if name in TABLES:
                _add_table(found, TABLES[name], by_language, skill_of)
            else:
                _add(found, "response", name, skill, {code: str(v["text"]) for code, v in by_language.items()})
    for name, (skill, text) in _others.items():
        _add(found, "response", name, skill, {code: text(code) for code in LANGUAGES})
    return found


def _add_table(found: dict[tuple[str, str], Shipped], kind: str, by_language: dict[str, Any], skill_of: dict[str, str]) -> None:
    for key in by_language[LANGUAGES[0]]["custom"]:
        texts = {code: str(variation["custom"][key]) for code, variation in by_language.items()}
        _add(found, kind, key, skill_of.get(key, COMMON), texts)


def _add(found: dict[tuple[str, str], Shipped], kind: str, key: str, skill: str, texts: dict[str, str]) -> None:
    fields = frozenset(name for text in texts.values() for name in FIELD.findall(text))
    found[kind, key] = Shipped(kind, key, skill, texts, fields)


def _read(path: Path) -> dict[str, Any]:
    return plain_yaml.load(path.read_text("utf-8")) or {}


def _language(variation: dict[str, Any]) -> str:
    conditions = variation.get("condition") or [{}]
    return str(conditions[0].get("value"))
