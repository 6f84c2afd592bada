"""What staff call the assistant's texts, and examples of what their fields hold."""

from __future__ import annotations

import re
from textwrap import shorten
from typing import Any

from flask_babel import lazy_gettext as _l

from api.answers import texts
from api.answers.overview import COMPANY, Line
from api.answers.shipped import FIELD
from api.examples.names import SKILLS as OF_INTENTS
from api.reader import nearest

LONGEST_NAME = 60
SEVERAL = re.compile(r"(?:…\s*){2,}")
# The pages of the list, and the kinds of texts on each.
VIEWS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "answers": (_l("Company answers"), ("answer",)),
    "messages": (_l("Messages"), ("response",)),
    "buttons": (_l("Buttons"), ("title", "button", "question_title")),
    "words": (_l("Words"), ("word",)),
}
EXPLAINED: dict[str, Any] = {
    "answers": _l("What the company says about itself. The assistant gives these answers with their date, and in the nearest language where one is missing."),
    "messages": _l("What the assistant says around its facts. Fields such as {title} are filled in as it speaks."),
    "buttons": _l("What stands on the buttons below a message."),
    "words": _l("Single words and phrases that the assistant puts into its sentences, so write them as they stand in the middle of one."),
}
SKILLS: dict[str, Any] = {
    "welcome": _l("The beginning"),
    "studio": OF_INTENTS["studio"],
    **OF_INTENTS,
    "verification": _l("Proving who one is"),
    "common": _l("In general"),
}
ANSWERS: dict[str, Any] = {
    "company": _l("What the company is and does"),
    "values": _l("Values and culture"),
    "benefits": _l("Benefits"),
    "career_development": _l("Training and ways forward"),
    "internship": _l("Internships, theses and summer jobs"),
    "relocation": _l("Moving, visas and work permits"),
    "accommodation": _l("Adjustments and equal treatment"),
    "process": _l("The steps of a recruitment"),
    "interview": _l("How interviews are done"),
    "assessment": _l("Tests and assessments"),
    "how_to_apply": _l("How to apply"),
    "open_application": _l("Applying without an ad"),
    "documents": _l("Which documents are wanted"),
    "edit_application": _l("Changing an application"),
    "technical_problem": _l("When the form or the sign-in fails"),
    "privacy": _l("What is kept about candidates"),
    "ai_use": _l("What the AI does, and what it never does"),
    "verify_offer": _l("How to know that a message is from the company"),
    "refer_friend": _l("Recommending somebody"),
    "customer_service": _l("Help for customers"),
}
MESSAGES: dict[str, Any] = {"greeting": _l("The first message of every conversation")}
# As the chat says it below a company's answer.
SOURCE = {"sv": "Källa: uppgifter från arbetsgivaren", "fi": "Lähde: työnantajan tiedot", "en": "Source: information from the employer"}
STATUSES: dict[str, Any] = {
    "planned": _l("to come"),
    "counts": _l("said now"),
    "ended": _l("ended"),
    "called_off": _l("called off"),
    "replaced": _l("replaced"),
}


def name(line: Line, reader: str, titles: dict[str, str]) -> str:
    """What a text is called in lists: what an answer is about, a company question's title, how any other text begins."""
    known = (ANSWERS.get(line.key) or titles.get(line.key)) if line.kind == "answer" else MESSAGES.get(line.key)
    if known:
        return str(known)
    said = {code: begins for code, cell in line.cells.items() if (begins := SEVERAL.sub("…", FIELD.sub("…", cell.text or "")).strip(" ,:…"))}
    best = nearest(said, reader) if line.kind != "answer" else None
    return shorten(said[best], LONGEST_NAME, placeholder="…") if best else line.key.removeprefix(COMPANY).replace("_", " ").capitalize()


def own_titles(reader: str, found: texts.Texts) -> dict[str, str]:
    """The titles of company questions among the texts in force, by key, in the reader's language or the nearest."""
    by_key = found.get("question_title", {})
    return {key: each[best] for key, each in by_key.items() if (best := nearest(each, reader))}


# What a field may hold, for previews: in Swedish, Finnish and English. Those that add a sentence begin with a blank.
_SAMPLES: dict[str, tuple[str, str, str]] = {
    "application": ("12", "12", "12"),
    "as_of": (" Läget kl. 14.05.", " Tilanne klo 14.05.", " As of 14:05."),
    "basis": (" Lönen följer kollektivavtalet.", " Palkka noudattaa työehtosopimusta.", " The pay follows the collective agreement."),
    "channel": ("på telefon", "puhelimitse", "by phone"),
    "clock": ("kl. 14.05", "klo 14.05", "14:05"),
    "company": ("Lumivik", "Lumivik", "Lumivik"),
    "contact": ("Ebba Sandström", "Ebba Sandström", "Ebba Sandström"),
    "contract": (", 14 månader", ", 14 kuukautta", ", 14 months"),
    "conversation": ("6", "6", "6"),
    "count": ("3", "3", "3"),
    "date": ("1 oktober 2026", "1.10.2026", "1 October 2026"),
    "day": ("fredag 27 november", "perjantaina 27.11", "Friday 27 November"),
    "days": ("4 dagar", "4 päivässä", "4 days"),
    "deadline": (" Sista dag är fredag 11 december.", " Viimeinen päivä on perjantai 11.12.", " The last day is Friday 11 December."),
    "details": (", på plats, 60 minuter", ", paikan päällä, 60 minuuttia", ", on site, 60 minutes"),
    "domains": ("lumivik.example", "lumivik.example", "lumivik.example"),
    "email": ("jobb@lumivik.example", "rekry@lumivik.example", "careers@lumivik.example"),
    "employer": ("Lumivik AB", "Lumivik Oy", "Lumivik AB"),
    "employers": ("Lumivik AB och Lumivik Oy", "Lumivik AB ja Lumivik Oy", "Lumivik AB and Lumivik Oy"),
    "employment": ("en tillsvidareanställning", "toistaiseksi voimassa oleva työsuhde", "a permanent job"),
    "facts": ("svenska, flytande", "ruotsi, sujuva", "Swedish, fluent"),
    "feedback": (" Du beskrev era projekt tydligt.", " Kuvasit projektejanne selkeästi.", " You described your projects clearly."),
    "filters": (" i Göteborg", " (Tampere)", " in Gothenburg"),
    "following": (" Sedan följer intervju.", " Seuraavaksi on haastattelu.", " Next comes an interview."),
    "hidden": ("", "", ""),
    "hours": ("heltid", "kokoaikatyö", "full time"),
    "kept": (" Ansökan sparas i 12 månader.", " Hakemus säilytetään 12 kuukautta.", " Applications are kept for 12 months."),
    "languages": ("svenska och engelska", "ruotsi ja englanti", "Swedish and English"),
    "lines": ("Värmepumpsinstallatör: urval", "Lämpöpumppuasentaja: esivalinta", "Heat pump installer: screening"),
    "link": ("https://lumivik.example/roles/LV-101",) * 3,
    "listed": ("1. Värmepumpsinstallatör, Stockholm", "1. Lämpöpumppuasentaja, Tampere", "1. Heat pump installer, Stockholm"),
    "moment": ("fredag 27 november kl. 14.00", "perjantaina 27.11. klo 14.00", "Friday 27 November at 14:00"),
    "more": (" Mer står i annonsen.", " Lisää kerrotaan ilmoituksessa.", " The ad says more."),
    "name": ("Ebba Sandström", "Ebba Sandström", "Ebba Sandström"),
    "named": ("lumivik.example", "lumivik.example", "lumivik.example"),
    "note": ("", "", ""),
    "number": ("3", "3", "3"),
    "pay": ("38 000–45 000 kr/mån", "3 200–3 600 €/kk", "SEK 38,000–45,000 a month"),
    "people": (" Du möter Tomas Hedlund.", " Tapaat Tomas Hedlundin.", " You will meet Tomas Hedlund."),
    "places": (", Stockholm", ", Tampere", ", Stockholm"),
    "promise": (" Ebba Sandström ringer senast i morgon.", " Ebba Sandström soittaa viimeistään huomenna.", " Ebba Sandström will call by tomorrow."),
    "promised": (" Svar utlovas inom 10 dagar.", " Vastaus luvataan 10 päivässä.", " An answer is promised within 10 days."),
    "reach": ("ebba@lumivik.example", "ebba@lumivik.example", "ebba@lumivik.example"),
    "sample": ("18", "18", "18"),
    "since": ("13 november", "13.11.", "13 November"),
    "stage": ("urval", "esivalinta", "screening"),
    "steps": ("1. Ansökan\n2. Intervju\n3. Besked", "1. Hakemus\n2. Haastattelu\n3. Päätös", "1. Application\n2. Interview\n3. Decision"),
    "time": ("14.05", "14.05", "14:05"),
    "title": ("Värmepumpsinstallatör", "Lämpöpumppuasentaja", "Heat pump installer"),
    "until": (", sök senast 11 december", ", haku päättyy 11.12.", ", apply by 11 December"),
    "ways": ("ebba@lumivik.example", "ebba@lumivik.example", "ebba@lumivik.example"),
    "weekly": (", 40 timmar i veckan", ", 40 tuntia viikossa", ", 40 hours a week"),
    "who": ("Ebba Sandström", "Ebba Sandström", "Ebba Sandström"),
    "words": ("Du installerar värmepumpar hos våra kunder.", "Asennat lämpöpumppuja asiakkaillemme.", "You install heat pumps for our customers."),
    "written_in": ("finska", "ruotsiksi", "Swedish"),
}  # fmt: skip


def samples(fields: frozenset[str], language: str, ours: dict[str, str]) -> dict[str, str]:
    """An example of each field in a language; `ours` are known without one."""
    place = ("sv", "fi", "en").index(language)
    return {field: ours.get(field, _SAMPLES.get(field, ("…",) * 3)[place]) for field in sorted(fields)}


def preview(text: str, values: dict[str, str]) -> str:
    """The text as the chat would show it, with examples in its fields."""
    for field, sample in values.items():
        text = text.replace(f"{{{field}}}", sample)
    return text.strip()
