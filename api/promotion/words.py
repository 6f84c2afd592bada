"""What promotions say to people, in plain words."""

from __future__ import annotations

from flask_babel import lazy_gettext, ngettext

from api.promotion.follow_ups import Outcome

LANGUAGE = {"sv": lazy_gettext("Swedish"), "fi": lazy_gettext("Finnish"), "en": lazy_gettext("English")}
KIND = {
    "promotion": lazy_gettext("Put live"),
    "roll_back": lazy_gettext("Gone back to"),
    "training": lazy_gettext("Trained where the desk is installed"),
}
STATUS = {
    "asked": lazy_gettext("waits for the assistant's keeper"),
    "loading": lazy_gettext("is being loaded"),
    "live": lazy_gettext("went live"),
    "failed": lazy_gettext("failed"),
    "withdrawn": lazy_gettext("withdrawn"),
}


def told(outcome: Outcome) -> str:
    """What came of telling answers."""
    parts = [ngettext("%(num)d candidate has been told.", "%(num)d candidates have been told.", outcome.sent)]
    if outcome.mailed:
        parts.append(ngettext("%(num)d of them gets a mail, too.", "%(num)d of them get a mail, too.", outcome.mailed))
    if outcome.lapsed:
        parts.append(
            ngettext(
                "%(num)d could not be told any more: a person has taken over, or the question is erased.",
                "%(num)d could not be told any more: a person has taken over, or the questions are erased.",
                outcome.lapsed,
            )
        )
    return " ".join(parts)
