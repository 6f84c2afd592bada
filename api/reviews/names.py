"""Names in texts: those known, those that introduce themselves or sign, and first names that people really bear."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from api.personal_data import MASK

FIRST_NAMES = Path(__file__).with_name("first_names.txt")
WORD = r"[^\W\d_][\w'’-]*"
CAPITAL = r"[A-ZÅÄÖÉÜ][\w'’-]*"
# Endings of names in Swedish, Finnish and English: Annas, Annan, Annalle, Anna's.
ENDING = r"(?:['’:]?s|:?n|a|ä|ta|tä|lle|lla|llä|lta|ltä|ssa|ssä|sta|stä|in|ille|illa|lta|ista|han|hon|hän)?"
# After these, a name comes for sure; "jag är", "olen" and "I am" say other things, too.
SAID = (
    "jag heter", "mitt namn är", "mitt namn", "namnet är", "namn:",
    "mun nimeni on", "minun nimeni on", "nimeni on", "mun nimi on", "minun nimi on", "nimi on", "nimeltäni", "nimi:",
    "my name is", "my name's", "my names", "name is", "name:",
)  # fmt: skip
PERHAPS_SAID = (
    "jag är", "här är", "det är", "det här är", "kalla mig",
    "minä olen", "mä olen", "mä oon", "oon", "olen", "tässä", "täällä", "kutsu minua",
    "i am", "i'm", "im", "this is", "call me",
)  # fmt: skip
ENDS = (
    "mvh", r"m\.v\.h\.?", "hälsningar", "hälsar", "vänligen",
    "terveisin", "terv", "terkuin", "ystävällisin terveisin", r"t\.", r"yt\.?",
    "regards", "best", "cheers", "sincerely", "yours",
)  # fmt: skip
TITLES = ("[Hh]err", "[Ff]ru", "[Ff]röken", "[Hh]erra", "[Rr]ouva", "[Nn]eiti", r"Mr\.?", r"Mrs\.?", r"Ms\.?", "Miss", r"Dr\.?")
TO_THREE = rf"(?P<name>{CAPITAL}(?:\s+{CAPITAL}){{0,2}})"
SURE = re.compile(rf"\b(?P<keep>(?:{'|'.join(SAID)})\s+)(?P<name>{WORD}(?:\s+{WORD}){{0,3}})", re.IGNORECASE)
PERHAPS = re.compile(rf"\b(?P<keep>(?i:{'|'.join(PERHAPS_SAID)})\s+){TO_THREE}")
SIGNED = re.compile(rf"(?P<keep>(?:\b(?i:{'|'.join(ENDS)})[,.!:]?\s+|[/~]\s?)){TO_THREE}(?=[\s.!]*$)")
TITLED = re.compile(rf"\b(?P<keep>(?:{'|'.join(TITLES)})\s+){TO_THREE}")
CAPITALISED = re.compile(rf"\b{CAPITAL}")
NAME = "\ue000"  # a first name that was found, until the words after it have been looked at
WITH_OTHERS = re.compile(rf"{NAME}(?P<others>(?:[ -](?:{CAPITAL}|{NAME})){{0,2}})")
# Neighbouring masks are one: how many words a name has is nobody's business.
JOINED = re.compile(rf"(?<!•){MASK}(?:\s+{MASK})+(?!•)")
# Words that end a name written in small letters: "jag heter anna och undrar".
OTHER_WORDS = """
och men jag som från undrar är har vill kan söker skulle i på med o å för så hej när vad hur får eller kan
ja mutta olen minä haluan haluaisin kysyn kysyisin haen joka että mä moi milloin mikä mitä miten voi voinko saan tai
and but i im i'm from who the a an am is wanted want would was have applied applying to at in on with or hello when what how can could
"""
NO_NAME = frozenset(OTHER_WORDS.split())


@cache
def first_names() -> frozenset[str]:
    """First names in small letters; those that are also everyday words are not among them."""
    return frozenset(FIRST_NAMES.read_text("utf-8").split())


def without_names(text: str, names: Iterable[str] = ()) -> str:
    """The text with names masked."""
    for pattern in _known(names):
        text = pattern.sub(MASK, text)
    text = SURE.sub(_introduced, text)
    text = PERHAPS.sub(_perhaps, text)
    text = TITLED.sub(rf"\g<keep>{MASK}", SIGNED.sub(rf"\g<keep>{MASK}", text))
    text = CAPITALISED.sub(lambda found: NAME if _is_first(found.group()) else found.group(), text)
    return JOINED.sub(MASK, WITH_OTHERS.sub(_borne, text))


def _known(names: Iterable[str]) -> list[re.Pattern[str]]:
    """Patterns of whole names, then of their parts; short parts ("Per", "Bo") only as names are written."""
    found = []
    for name in names:
        parts = [p for p in re.split(r"\s+", name.strip()) if len(p) > 1]
        if len(parts) > 1:
            found.append(re.compile(rf"\b{r'\s+'.join(map(re.escape, parts))}{ENDING}\b", re.IGNORECASE))
        for part in parts:
            short = len(part) <= 3
            spelt = re.escape(part[:1].upper() + part[1:] if short else part)
            weak = re.sub(r"([kpt])\1([aeiouyäö])$", r"\1\1?\2", spelt)  # Mikko, Mikolle
            found.append(re.compile(rf"\b{weak}{ENDING}\b", 0 if short else re.IGNORECASE))
    return found


def _introduced(found: re.Match[str]) -> str:
    """The first word is a name; the next ones are, as long as they look like it."""
    words = re.split(r"(\s+)", found.group("name"))
    if words[0].casefold() in NO_NAME:
        return found.group()
    kept = 1
    while kept + 1 < len(words) and words[kept + 1].casefold() not in NO_NAME and (words[kept + 1][0].isupper() or not words[0][0].isupper()):
        kept += 2
    return found.group("keep") + MASK + "".join(words[kept:])


def _perhaps(found: re.Match[str]) -> str:
    """ "Jag är Anna", but not "I am Swedish"."""
    first = found.group("name").split()[0]
    return found.group("keep") + MASK if _is_first(first) else found.group()


def _borne(found: re.Match[str]) -> str:
    """A first name with the capitalised words after it, as far as these can be names."""
    words = re.split(r"([ -])", found.group("others"))
    kept = 0
    while kept + 2 < len(words) and words[kept + 2].casefold() not in NO_NAME:
        kept += 2
    return MASK + "".join(words[kept + 1 :])


def _is_first(word: str) -> bool:
    """Whether this is a first name that many people bear, with or without an ending."""
    plain = word.casefold()
    if plain in first_names():
        return True
    stems = (plain[:-cut] for cut in range(1, 5) if len(plain) - cut > 2 and re.fullmatch(ENDING, plain[-cut:]))
    return any(stem in first_names() or _strong(stem) in first_names() for stem in stems)


def _strong(stem: str) -> str:
    """The name behind a Finnish stem that has lost a consonant: Mikolle is of Mikko, Matin of Matti."""
    return re.sub(r"([kpt])([aeiouyäö])$", r"\1\1\2", stem)
