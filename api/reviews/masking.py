"""Personal data out of what a candidate wrote, before anybody sees it as an example.

Mail addresses, links, personal identity numbers of Sweden and Finland, telephone and account numbers, street addresses and
names become `•••`. Numbers that are merely long are masked, too: a mistyped identity number is one all the same. What was
masked before stays so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from api.personal_data import MASK
from api.reviews import names as people

REGIONS = {"sv": ("SE", "FI"), "fi": ("FI", "SE"), "en": ("SE", "FI", "GB")}
MAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)*", re.IGNORECASE)
# Addresses written so that machines do not see them: "anna (at) post punkt se", "anna snabel-a post.se".
SPOKEN_MAIL = re.compile(
    r"[\w.+-]+\s?(?:\(at\)|\[at\]|\(a\)|\(ät\)|\bsnabel-?a\b|\bmiukumauku\b|\bmiumau\b|\bät-merkki\b)\s?[\w-]+(?:(?:\.|\s?(?:\(dot\)|\bdot\b|\bpunkt\b|\bpiste\b)\s?)[\w-]+)+",
    re.IGNORECASE,
)
# Whatever comes after the host may name a person or open a door.
LINK = re.compile(r"(?:https?://|www\.)\S+|\b(?:[a-z]{2,3}\.)?(?:linkedin|facebook|instagram|github)\.com/\S+", re.IGNORECASE)
HOST = re.compile(r"^(?:https?://)?(?:[^/@\s]*@)?([^/?#\s]+)", re.IGNORECASE)
SWEDISH = re.compile(r"(?<!\d)(?:\d{2})?(\d{2})(\d{2})(\d{2})\s?[-+–]?\s?\d{4}(?!\d)")
FINNISH = re.compile(r"(?<![\w])\d{6}\s?[-+–A-FU-Y]\s?\d{3}[0-9A-Z](?![\w])", re.IGNORECASE)
BIRTH = (
    "född", "föddes", "födelsedatum", "personnr", "personnummer", "syntynyt", "synnyin", "syntymäaika", "syntymäpäivä", "hetu", "henkilötunnus",
    "born", "birthday", "date of birth", "dob",
)  # fmt: skip
BORN = re.compile(rf"\b(?P<keep>(?:{'|'.join(BIRTH)})\b\D{{0,12}})\d{{1,4}}[-./ ]?\d{{1,2}}[-./ ]?\d{{1,4}}", re.IGNORECASE)
ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b")
DAY = re.compile(r"\d{2}-\d{2}-\d{4}|\d{4}-\d{2}-\d{2}")
# National numbers begin with a zero in both countries; a day such as 01-02-2026 is none.
CALLED = re.compile(r"(?<![\w.,-])(?!\d{2}-\d{2}-\d{4}\b)(?:(?:\+|00)\d{1,3}|0\d)(?:[\s/()-]{0,2}\d){5,13}(?![\w])")
LONG = re.compile(r"(?<![\w•])\d(?:[ -]?\d){9,}(?![\w•])")
MONEY = re.compile(r"\d{1,3}(?:[ .\u00a0]\d{3})+")
STREET = re.compile(
    r"\b[A-ZÅÄÖ][\wåäö-]*(?:gatan|gata|vägen|väg|gränden|gränd|stigen|katu|kadun|tie|kuja|polku|raitti)\s+\d{1,3}\s?[A-Za-z]?(?:\s?\d{1,3})?\b"
    r"|\b\d{1,4}\s(?:[A-Z]\w+\s){1,2}(?:Street|Road|Avenue|Lane|St|Rd)\b"
)
POST_CODE = re.compile(r"\b(?:SE|FI|S|FIN)-?\s?\d{3}\s?\d{2}\b|\b\d{3} \d{2}(?=\s[A-ZÅÄÖ][a-zåäö]+)")


def mask(text: str, language: str, names: Iterable[str] = ()) -> str:
    """`text` without personal data; `names`: whole names of people known to be meant, such as the candidate's own."""
    for pattern in (MAIL, SPOKEN_MAIL):
        text = pattern.sub(MASK, text)
    text = LINK.sub(_host, text)
    if any(c.isdigit() for c in text):
        text = _numbers(text, language)
    return people.without_names(text, names)


def _numbers(text: str, language: str) -> str:
    text = SWEDISH.sub(_if(_swedish), FINNISH.sub(MASK, text))
    text = BORN.sub(rf"\g<keep>{MASK}", text)
    text = ACCOUNT.sub(MASK, text)
    text = STREET.sub(MASK, text)
    text = POST_CODE.sub(MASK, text)
    text = _phones(text, language)
    return LONG.sub(_if(lambda found: not MONEY.search(found.group())), CALLED.sub(MASK, text))


def _if(meant: Callable[[re.Match[str]], bool]) -> Callable[[re.Match[str]], str]:
    """What a match becomes: masked where it is `meant`, else as it stands."""
    return lambda found: MASK if meant(found) else found.group()


def _swedish(found: re.Match[str]) -> bool:
    """A valid number, also of a person without one of their own (day + 60), or a day with four digits after a sign."""
    from stdnum.exceptions import ValidationError  # with phonenumbers below: not at each start
    from stdnum.se import personnummer

    digits = re.sub(r"\s", "", found.group()).replace("–", "-")
    try:
        personnummer.validate(digits)
    except ValidationError:
        return _is_day(*found.groups())
    return True


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(2000 + int(year), int(month), int(day) - (60 if int(day) > 60 else 0))
    except ValueError:
        return False
    return True


def _phones(text: str, language: str) -> str:
    """Numbers as people of these countries write them."""
    if sum(c.isdigit() for c in text) < 6:
        return text
    import phonenumbers

    for region in REGIONS.get(language, REGIONS["en"]):
        spans = [(m.start, m.end) for m in phonenumbers.PhoneNumberMatcher(text, region) if not _is_other(m.raw_string)]
        for start, end in reversed(spans):
            text = text[:start] + MASK + text[end:]
    return text


def _is_other(digits: str) -> bool:
    """Whether it is an amount of money or a day rather than a number to call."""
    return MONEY.search(digits) is not None or DAY.search(digits) is not None


def _host(found: re.Match[str]) -> str:
    host = HOST.match(found.group())
    return f"{host.group(1)}/{MASK}" if host else MASK
