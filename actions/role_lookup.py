"""Which role a candidate means: by what they wrote, what was talked about, or the page they are on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz

Role = dict[str, Any]

_SMALL_WORDS = frozenset(
    [
        "till",
        "för",
        "och",
        "inom",
        "på",
        "med",
        "i",
        "av",
        "en",
        "ett",
        "as",
        "a",
        "an",
        "and",
        "for",
        "of",
        "in",
        "the",
        "to",
        "with",
        "at",
        "ja",
        "tai",
        "sekä",
        "to",
        "m",
        "f",
        "d",
    ]
)
# What may follow a title in one word or inflect it: serviceteknikern, säljarjobbet, asentajan, asentajapaikka.
_TAIL = re.compile(r"^(?:\w{0,4}|(?:s|n|r|e|ar)?(?:jobb|tjänst|roll|plats|post|paik|tehtäv|työ|virka|job|role|position)\w*)$")
_HEAD_ENDS = re.compile(r"\s*[,(:/|–]\s*|\s-\s")
_BRACKETS = re.compile(r"\(([^)]*)\)")
_AND = re.compile(r"\s+(?:och|ja|sekä|and|&)\s+")
_SURE = 100.0
_CLOSE = 6.0  # two roles whose scores differ by less are both meant, until more is known


@dataclass(frozen=True)
class Match:
    """A role that a text may mean, and how well its title or reference fits (0 to 100)."""

    role: Role
    score: float


def words_of(text: str) -> list[str]:
    """The words of a text, folded; digits and letters of all three languages stay."""
    return re.findall(r"[^\W_]+", text.casefold())


def match_roles(text: str, roles: Iterable[Role]) -> list[Role]:
    """The roles that a text names well enough to act on; several when it fits them alike."""
    said = tuple(words_of(text))
    if not said:
        return []
    matches = [Match(role, _fit(text, said, role)) for role in roles]
    best = max((match.score for match in matches), default=0.0)
    if best < 90.0:
        return []
    return [match.role for match in matches if match.score > best - _CLOSE]


def _fit(text: str, said: tuple[str, ...], role: Role) -> float:
    if names_reference(text, role["ref"]):
        return _SURE + 50.0
    titles = {role.get("title") or "", *(role.get("titles") or {}).values()}
    return max((_title_fit(said, title) for title in titles if title), default=0.0)


def names_reference(text: str, ref: str) -> bool:
    """Whether a reference stands in a text, however it is spaced ('lv 101' for LV-101)."""
    parts = re.findall(r"[^\W\d_]+|\d+", ref.casefold())
    if not any(part.isdigit() for part in parts):
        return ref.casefold() in text.casefold().split()
    pattern = r"(?<!\w)" + r"[\W_]*".join(map(re.escape, parts)) + r"(?!\w)"
    return re.search(pattern, text.casefold()) is not None


def _title_fit(said: tuple[str, ...], title: str) -> float:
    """100 when every word of the title is said, a little less when only a part of it that stands alone is."""
    whole = title_words(title)
    if whole and _all_said(said, whole):
        return _SURE + min(len(whole), 5)  # the longer title wins over one that it contains
    head = title_words(_HEAD_ENDS.split(title)[0])
    if head and _all_said(said, head):
        return 96.0
    if any(_all_said(said, part) for part in map(title_words, _stands_alone(title))):
        return 94.0
    return 0.0


@lru_cache(maxsize=4096)
def _stands_alone(title: str) -> tuple[str, ...]:
    """Parts of a title that name the job too: both trades of 'adviser and salesperson', what is in brackets."""
    outside, bracketed = _BRACKETS.sub(" ", title), _BRACKETS.findall(title)
    trades = _AND.split(_HEAD_ENDS.split(outside)[0])
    parts = [*bracketed, *(trades if len(trades) > 1 else [])]
    return tuple(part for part in parts if len(part.strip()) >= 5)


@lru_cache(maxsize=4096)
def title_words(title: str) -> tuple[str, ...]:
    """The words of a title that carry meaning."""
    return tuple(word for word in words_of(title) if word not in _SMALL_WORDS)


def _all_said(said: tuple[str, ...], title: tuple[str, ...]) -> bool:
    """Whether all words of a title are said, or all of them written as one."""
    if not title:
        return False
    together = "".join(title)
    return all(any(word_fits(part, word) for word in said) for part in title) or (len(title) > 1 and any(word_fits(together, word) for word in said))


@lru_cache(maxsize=65536)
def word_fits(part: str, word: str) -> bool:
    """Whether a word of a message is a word of a title: the same, inflected, or slightly misspelt."""
    if part == word:
        return True
    if len(part) >= 5 and word.startswith(part) and _TAIL.match(word[len(part) :]):
        return True
    stem = part[:-1]
    if len(part) >= 8 and word.startswith(stem) and _TAIL.match(word[len(stem) :]):
        return True
    same_start = part[0] == word[0] and min(len(part), len(word)) >= 6
    return same_start and fuzz.ratio(part, word) >= 87.0


def is_title_word(word: str, role: Role) -> bool:
    """Whether a word stands in a title or the reference of a role, or means nothing by itself."""
    titles = [role.get("title") or "", *(role.get("titles") or {}).values()]
    together = ["".join(title_words(title)) for title in titles]
    parts = [*words_of(role["ref"]), *(part for title in titles for part in title_words(title)), *together]
    return word in _SMALL_WORDS or any(part and word_fits(part, word) for part in parts)


def part_fits(text: str, role: Role) -> bool:
    """Whether a text has a word that is a longer part of one of the role's titles ('installatör')."""
    titles = {role.get("title") or "", *(role.get("titles") or {}).values()}
    parts = {part for title in titles for part in title_words(title)}
    return any(_is_part(word, part) for word in words_of(text) for part in parts)


def _is_part(word: str, part: str) -> bool:
    if word_fits(part, word):
        return len(part) >= 4
    return len(word) >= 6 and len(part) > len(word) + 2 and (part.startswith(word[:-1]) or part.endswith(word))
