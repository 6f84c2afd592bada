"""What a text may be: its length, and the fields that the assistant fills in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from api.answers.shipped import FIELD, find
from api.errors import Invalid

# Kinds of texts, and the most characters of each. Only the first and the last may hold whole paragraphs.
LONGEST = {"response": 1200, "title": 60, "button": 60, "word": 60, "question_title": 60, "answer": 2000}
WITHOUT_SHIPPED = frozenset({"answer", "question_title"})  # made in the studio, or loaded with the company
FILLED = frozenset({"response"})  # all other kinds are said as they are written: curly brackets would reach the candidate
BRACKETED = re.compile(r"\{([^{}\n]+)\}")

# Texts in which candidates hear that no human speaks. The EU's AI Act (article 50) wants them to.
TELL_OF_AI = frozenset({"greeting", "utter_bot_challenge"})
SAYS_AI = re.compile(r"\bAI\b|artificial intelligence|tekoäly", re.IGNORECASE)


@dataclass(frozen=True)
class Findings:
    """`wrong` must be mended; `missing` are fields of the shipped text that this one leaves out."""

    wrong: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def check(kind: str, key: str, text: str) -> Findings:
    """Look at one wording of a text; each wrong thing is a sentence that names it."""
    shipped = find(kind, key)
    known = shipped.fields if shipped and kind in FILLED else frozenset[str]()
    used = set(FIELD.findall(text))
    wrong = []
    if not text.strip():
        wrong.append(gettext("The text is empty."))
    if len(text) > LONGEST[kind]:
        wrong.append(gettext("The text has %(n)s characters; at most %(most)s fit.", n=len(text), most=LONGEST[kind]))
    if kind == "response" and key in TELL_OF_AI and not SAYS_AI.search(text):
        wrong.append(gettext("It must say that an AI answers: the law wants candidates to know."))
    looks_like = FIELD if kind in FILLED else BRACKETED
    wrong += _brackets(looks_like.sub("", text))
    if unknown := set(looks_like.findall(text)) - known:
        wrong.append(_unknown(sorted(unknown), sorted(known)))
    return Findings(tuple(wrong), tuple(sorted(known - used)))


def must_hold(kind: str, key: str, text: str) -> None:
    """Raises `Invalid` with the first thing that is wrong."""
    for sentence in check(kind, key, text).wrong:
        raise Invalid(sentence)


def _brackets(left: str) -> list[str]:
    """What is to be said of curly brackets in a text without its fields."""
    if "{" not in left and "}" not in left:
        return []
    return [gettext("Curly brackets are kept for fields such as {title}, written in small letters. Write other brackets ( ) instead.")]


def _unknown(names: list[str], known: list[str]) -> str:
    said = ngettext("There is no field %(names)s here.", "There are no fields %(names)s here.", len(names), names=_listed(names))
    may = gettext("You may use %(names)s.", names=_listed(known)) if known else gettext("This text has no fields.")
    return f"{said} {may}"


def _listed(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
