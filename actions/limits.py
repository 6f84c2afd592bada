"""What the assistant doesn't do, and what it does when it isn't sure."""

from __future__ import annotations

from actions import offers, questions, replies, texts
from actions.questions import answers
from actions.role_answers import role_text
from actions.role_choice import role_if_known
from actions.smalltalk import beginnings
from actions.turn import Turn

MOST_SUGGESTIONS = 3
MOST_COUNTED = 9  # as the domain says of the slot
_LIKELY_ENOUGH = 0.04  # an alternative with less confidence than this isn't worth a button


@answers("ask_fit")
async def decline_to_judge(turn: Turn) -> None:
    """Never judge a person; show what the role asks for."""
    role = await role_if_known(turn)
    found = role_text(turn, role, "requirements") if role else None
    if role is None or found is None:
        buttons = [replies.question(turn, "search_roles"), replies.person(turn)]
        replies.say(turn, "utter_fit_without_requirements", buttons=buttons)
        return
    ref = role["ref"]
    replies.say(
        turn,
        "utter_fit",
        title=role["title"],
        words=found.words,
        note=found.note,
        sources=[replies.source("role", role)],
        buttons=[replies.question(turn, "ask_role_tasks", role_ref=ref), replies.person(turn)],
    )


@answers("out_of_scope")
async def out_of_scope(turn: Turn) -> None:
    """Say that this isn't for me, and what is."""
    replies.say(turn, "utter_out_of_scope", buttons=beginnings(turn))


@answers("nlu_fallback")
async def ask_what_was_meant(turn: Turn) -> None:
    """Offer the likeliest meanings; from the second time in a row on, a person, who is asked only if the candidate wants one."""
    count = min(int(turn.slot("misunderstandings") or 0) + 1, MOST_COUNTED)
    turn.remember("misunderstandings", count)
    if count >= 2:
        turn.remember("open_offer", {"kind": "not_understood"})
        replies.say(turn, "utter_not_understood_twice", buttons=[replies.person(turn)])
        return
    likely = suggestions(turn)
    if not likely:
        replies.say(turn, "utter_not_understood", buttons=[offers.person(turn)])
        return
    turn.remember("open_offer", {"kind": "meaning", "intents": likely})
    turn.remember("asked_for", {"what": "meaning", "intents": likely})
    buttons = [replies.question(turn, intent) for intent in likely]
    otherwise = [replies.button(turn, "something_else", "deny", offer="meaning"), replies.person(turn)]
    replies.say(turn, "utter_did_you_mean", buttons=buttons + otherwise)


def suggestions(turn: Turn) -> list[str]:
    """The two or three likeliest questions, best first."""
    ranking = turn.parse.get("intent_ranking") or []
    named = [
        str(entry["name"])
        for entry in ranking
        if float(entry.get("confidence") or 0.0) >= _LIKELY_ENOUGH
        and texts.title(str(entry.get("name")), turn.language)
        and entry["name"] != "request_human"  # that button is there anyway
    ]
    return named[:MOST_SUGGESTIONS]


@offers.does("meaning")
async def take_best_meaning(turn: Turn, facts: dict[str, object]) -> None:
    """'Yes' to 'did you mean': the likeliest one."""
    intents = facts.get("intents")
    if isinstance(intents, list) and intents:
        await questions.answer(turn, str(intents[0]))
