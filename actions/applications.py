"""The candidate's own applications: reading them, choosing one, saying how each is doing."""

from __future__ import annotations

import re
from typing import Any

from actions import dates, offers, ordinals, replies, role_choice, texts
from actions.role_lookup import is_title_word, match_roles, part_fits, words_of
from actions.turn import Turn

Application = dict[str, Any]

_OTHER = re.compile(r"\b(?:andra|toi(?:nen|sen|sesta|sessa)|other)\s+(?:\w+\s+)?(?:ansök|hakemu|application)\w*", re.IGNORECASE)
_WHAT_OF_OTHER = re.compile(rf"^\W*(?:\w+\s+)?(?:vad|vilken|hur|och|mikä|mitä|miten|entä|entäs|what|which|how|and)\b.*{_OTHER.pattern}", re.IGNORECASE)
# What a reply may say beside a part of a title: 'the warehouse one', 'den på lagret tack'.
_BESIDE = re.compile(
    r"den|det|dom|jobbet|tjänsten|rollen|ansökan|om|tack|jag|menar|menade|se|sen|sitä|työ|työpaikka|paikka|hakemus|kiitos|siis|"
    r"one|job|role|position|application|please|i|mean|meant|that|this|about"
)


async def own(turn: Turn) -> list[Application]:
    """All applications of the verified candidate, running ones first."""
    found = await turn.gateway.applications(turn.conversation, turn.language)
    return sorted(found, key=lambda a: (a["status"] != "active", a.get("received_at") or ""))


def meant(turn: Turn, applications: list[Application]) -> list[Application]:
    """Those that the message is about: by button, by title, by the role under discussion; else all."""
    pressed = [a for a in applications if a["ref"] == turn.application]
    if pressed:
        return pressed
    titled = [{"ref": a["role_ref"], "title": a["role_title"], "application": a} for a in applications]
    named = [match["application"] for match in match_roles(turn.words, titled)]
    if named:
        return named
    talked = role_choice.under_discussion(turn)
    discussed = [a for a in applications if a["role_ref"] == talked]
    if _OTHER.search(turn.words):
        first = discussed or applications[:1]
        return [a for a in applications if a not in first] or applications
    return discussed or applications


def asks_of_other(turn: Turn) -> bool:
    """Whether what is asked is how it goes, or went, for one's other application."""
    return bool(turn.verified and _WHAT_OF_OTHER.search(turn.text))


def say_none(turn: Turn) -> None:
    """Nothing is found under the proven address."""
    replies.say(turn, "utter_no_applications", buttons=[offers.person(turn)])


def named_in_words(turn: Turn, applications: list[Application]) -> str | None:
    """The one of these, shown in this order, that a typed message means."""
    if not turn.text:
        return None
    chosen = chosen_in(turn.text, choosable(applications))
    named = meant(turn, applications)
    return chosen or (named[0]["ref"] if len(named) == 1 else None)


def choosable(applications: list[Application]) -> list[dict[str, Any]]:
    """What a short reply is held against: `ref`, `title` and role of each, and whether it is running."""
    return [{"ref": a["ref"], "title": a["role_title"], "role_ref": a["role_ref"], "active": a["status"] == "active"} for a in applications]


def await_choice(turn: Turn, intent: str, applications: list[Application]) -> None:
    """Expect the next message to name one of these, in words or by its place among them, for this question.

    What is asked of a job from now on is asked of theirs.
    """
    turn.remember("asked_for", {"what": "application", "intent": intent, "of": choosable(applications)})
    running = [a for a in applications if a["status"] == "active"]
    turn.remember("roles_shown", [a["role_ref"] for a in applications])
    turn.remember("roles_found", [a["role_ref"] for a in running or applications])


def chosen_in(text: str, of: list[dict[str, Any]]) -> str | None:
    """The application (`ref`, `title`) that a message names and says nothing else, or by its place; None where it is none."""
    words = words_of(text)
    short = 0 < len(words) <= role_choice.LONGEST_TITLE
    named = match_roles(text, of) or [a for a in of if part_fits(text, a)] if short else []
    if len(named) == 1 and all(_BESIDE.fullmatch(word) or is_title_word(word, named[0]) for word in words):
        return str(named[0]["ref"])
    by_place = ordinals.pick(of, ordinals.ordinal_in(text)) if ordinals.only_ordinal(text) else None
    return str(by_place["ref"]) if by_place else None


def ask_which(turn: Turn, intent: str, applications: list[Application]) -> None:
    """Ask which application is meant."""
    replies.say(turn, "utter_which_application", buttons=choices(turn, intent, applications))


def choices(turn: Turn, intent: str, applications: list[Application]) -> list[replies.Button]:
    """A button for each application that asks `intent` about it."""
    return [{"title": a["role_title"], "payload": replies.payload(intent, application=a["ref"])} for a in applications[: role_choice.MOST_BUTTONS]]


def source(application: Application) -> replies.Source:
    """Where it is from, and of when."""
    return replies.source("application", application)


def contact_name(turn: Turn, application: Application) -> str:
    """The contact person's name, or 'the recruiter'."""
    name = (application.get("contact") or {}).get("name")
    return str(name or texts.word("recruiter", turn.language))


def day(turn: Turn, value: str) -> str:
    """A day in the candidate's language."""
    return dates.day(value, turn.language, turn.now.date())


def as_of(turn: Turn, application: Application) -> str:
    """' Läget kl. 14.05.'"""
    at = application.get("as_of")
    clock = dates.clock(at, turn.language) if at else ""
    return texts.sentence("utter_part_as_of", turn.language, clock=clock) if at else ""


def promise_words(turn: Turn, application: Application, may_ask: bool = True) -> str:
    """Who gets in touch, how, by when, and what happens if not; an apology when it is too late.

    `may_ask`: what is said ends with an offer to ask the recruiter, if there is no promise.
    """
    promise = application.get("promise")
    if not promise:
        return texts.sentence("utter_part_no_promise" if may_ask else "utter_part_no_promise_yet", turn.language)
    name = "utter_part_promise_overdue" if promise.get("overdue") else "utter_part_promise"
    return texts.sentence(
        name,
        turn.language,
        who=promise["who"],
        day=day(turn, promise["due_on"]),
        channel=texts.word(f"channel_{promise['channel']}", turn.language),
    )


def chase_overdue(turn: Turn, applications: list[Application]) -> None:
    """Ask the recruiter about every promise that has passed, once in a conversation."""
    for application in applications:
        late = (application.get("promise") or {}).get("overdue")
        if late and offers.first_time(turn, f"overdue:{application['ref']}"):
            replies.effect(
                turn,
                "ask_recruiter",
                topic="overdue_promise",
                role=application["role_ref"],
                question=f"{application['ref']}: {application['promise']['due_on']}",
            )
