"""Lines of work and kinds of employment by the words that people use for them."""

from __future__ import annotations

import re

# `field` of a role -> beginnings of words that mean it; one that ends in '$' is the whole word.
FIELDS: dict[str, str] = {
    "engineering": "ingenjör teknisk konstruktion konstruktör projekter insinöör suunnitteli tekninen tekniik engineer technical design$",
    "installation": "installat installation montör elektriker elmontör vvs rörmok rörlägg värmepump solcell solpanel "
    "asenta asennus sähkö putki lämpöpump aurinko electrician installer plumb solar heat$ fitter technician tekniker$",
    "sales": "sälj försälj säljar myyjä myynti myynni myynn sales$ selling seller kundansvarig account$",
    "customer_service": "kundtjänst kundservice kundstöd kundsupport asiakaspalvel asiakastuk customer$ helpdesk",
    "it": "dev$ devs$ utvecklare programmer mjukvar systemutveck data$ backend frontend devops kehittäj ohjelmis ohjelmo "
    "koodar developer software programmer$ coding tietotek",
    "finance": "ekonom redovis lönead controller bokför talous kirjanpit palkanlask taloushall finance accountant accounting payroll bookkeep",
    "hr": "hr$ hr-$ personal$ personalavdel rekryterare henkilöstö rekrytoija human$ recruiter$",
    "logistics": "lager logistik inköp transport chaufför förare truck varasto logisti hankinta kuljet kuski warehouse logistics driver procurement",
    "marketing": "marknad kommunikat reklam markkinoin viestint marketing communications content$",
    "internship": "praktik trainee exjobb examensarbet harjoitteli harjoittelu opinnäyte lopputyö intern$ interns$ internship thesis",
}
EMPLOYMENT: dict[str, str] = {
    "permanent": "tillsvidare fast$ fasta$ fastanställ vakitui toistaiseksi permanent",
    "temporary": "vikariat visstid tidsbegräns projektanställ määräaikai sijaisuu temporary fixed-term contract$ temp$",
    "internship": "praktik trainee exjobb examensarbet harjoitteli harjoittelu opinnäyte lopputyö intern$ interns$ internship thesis",
    "summer": "sommarjobb sommarvik sommararbet feriejobb kesätyö kesätöi kesäduuni kesähommi summer",
    "hourly": "timanställ timmar$ extrajobb extraarbet extraknäck tuntityö keikka keikkatyö hourly gig$",
}
HOURS: dict[str, str] = {
    "part_time": "deltid halvtid osa-aikai osaaikai part-time parttime",
    "full_time": "heltid kokoaikai kokopäivä full-time fulltime",
}
# 'it' is also an English pronoun.
_IT = re.compile(r"\bIT\b|\bit[- ]?(?:jobb|jobs?|roll|roles?|tjänst|puole|työ|ala\b)|\b(?:inom|in) it\b")
REMOTE = "distans hemifrån hemarbete etäty etätö etäduun etänä etä$ remote work-from-home wfh$"
REMOTE_PHRASES = re.compile(r"work(?:ing)? from home|jobba hemma|arbeta hemma|kotoa käsin")


def fields_in(text: str) -> list[str]:
    """The lines of work that a text names."""
    named = _named(FIELDS, text)
    return named if "it" in named or not _IT.search(text) else [*named, "it"]


def employment_in(text: str) -> list[str]:
    """The kinds of employment that a text names."""
    return _named(EMPLOYMENT, text)


def hours_in(text: str) -> list[str]:
    """full_time or part_time, when a text says so."""
    spaced = text.casefold().replace("part time", "part-time").replace("full time", "full-time")
    return _named(HOURS, spaced)


def wants_remote(text: str) -> bool:
    """Whether work away from the office is asked for."""
    folded = text.casefold()
    return bool(REMOTE_PHRASES.search(folded)) or _said(REMOTE, _words(folded))


def _named(table: dict[str, str], text: str) -> list[str]:
    words = _words(text.casefold())
    return [name for name, stems in table.items() if _said(stems, words)]


def _words(text: str) -> list[str]:
    # A Finnish mail address (sähköposti) is no electrician's (sähkö).
    return [word for word in re.findall(r"[\w-]+", text) if not word.startswith("sähköpost")]


def _said(stems: str, words: list[str]) -> bool:
    for stem in stems.split():
        if stem.endswith("$"):
            if stem[:-1] in words:
                return True
        elif any(word.startswith(stem) for word in words):
            return True
    return False
