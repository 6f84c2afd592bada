"""Personal data, machines that don't judge, and messages that may not be genuine."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import offers, replies, senders, texts
from actions.company_answers import say_unknown, tell_company_answer
from actions.forms import DONE, FormSteps, Step, is_question, says_limited_yes, says_no, says_yes
from actions.questions import answers
from actions.role_answers import joined, language_note
from actions.turn import Turn

_COPY = re.compile(r"\b(?:kopi\w*|copy|copies|export\w*|ladda (?:ner|ned)|download\w*)\b(?!.*\b(?:redan|already|jo)\b)", re.IGNORECASE)


@answers("ask_privacy")
async def tell_privacy(turn: Turn) -> None:
    """What is kept, why, how long, and what one may do about it."""
    found = await turn.gateway.answer("privacy", turn.language)
    months = (await turn.gateway.company()).get("retention_months") or {}
    if found is None and not months:
        say_unknown(turn, "ask_privacy", None)
        return
    words = f"{found['text'].strip()}{language_note(turn, found.get('language'))}" if found else ""
    kept = ""
    told = all(str(count) in words for count in months.values())  # the company's own words may name the times
    if months.get("application") and months.get("conversation") and not told:
        kept = texts.sentence(
            "utter_part_kept_for",
            turn.language,
            application=months["application"],
            conversation=months["conversation"],
        )
    company = replies.source("company", {"as_of": turn.now.isoformat()}, "retention")
    replies.say(
        turn,
        "utter_privacy",
        words=words,
        kept=kept,
        sources=([replies.source("answer", found)] if found else []) + ([company] if kept else []),
        buttons=[replies.question(turn, i) for i in ("export_my_data", "delete_my_data", "ask_ai_use")],
    )


@answers("ask_ai_use")
async def tell_ai_use(turn: Turn) -> None:
    """No machine scores or ranks anybody here: in the company's words, else in ours."""
    buttons = [replies.question(turn, "ask_privacy"), replies.person(turn)]
    if await turn.gateway.answer("ai_use", turn.language):
        await tell_company_answer(turn, "ai_use", "ask_ai_use", buttons=buttons)
        return
    always = {"key": "ai_use", "as_of": turn.now.isoformat()}
    replies.say(turn, "utter_ai_use", sources=[replies.source("answer", always)], buttons=buttons)


@answers("verify_offer")
async def check_sender(turn: Turn) -> None:
    """Whether the sender named is one of ours; never more than the address can tell."""
    company = await turn.gateway.company()
    own = list(company.get("mail_domains") or [])
    named = senders.senders_in(turn.text)
    if not named and (turn.offer or {}).get("kind") == "offer_check":  # told before; what follows goes on about it
        buttons = offers.make(turn, "offer_check", "check_offer", no=None, senders=(turn.offer or {}).get("senders") or [])
        replies.say(turn, "utter_sender_advice", buttons=buttons)
        return
    foreign = [domain for domain in named if not senders.belongs_to(domain, own)]
    fields = {"company": company["name"], "domains": joined(own, turn.language)}
    if named:
        response = "utter_sender_foreign" if foreign else "utter_sender_ours"
        fields["named"] = joined(foreign or named, turn.language)
    else:
        response = "utter_sender_unknown"
        turn.remember("asked_for", {"what": "sender"})
        fields["words"] = await _advice(turn, **fields)
    replies.say(
        turn,
        response,
        buttons=offers.make(turn, "offer_check", "check_offer", no=None, senders=named),
        sources=[replies.source("company", {"as_of": turn.now.isoformat()}, "mail_domains")],
        **fields,
    )


async def _advice(turn: Turn, **fields: str) -> str:
    """How one tells our messages, in the company's words or in ours."""
    said = await turn.gateway.answer("verify_offer", turn.language)
    return said["text"].strip() if said else texts.sentence("utter_part_mail_comes_from", turn.language, **fields)


class _ConfirmForm(FormSteps):
    """One yes or no."""

    offer = ""

    async def start(self, turn: Turn) -> Step:
        """Ask at once."""
        return {}, self.slots[0]

    async def take(self, turn: Turn, slot: str) -> Step | None:
        """Yes does it, no leaves it, anything else is another matter."""
        if says_no(turn, self.offer, self.intents):
            replies.say(turn, "utter_all_right")
            return {slot: False}, DONE
        if is_question(turn) or not says_yes(turn, self.offer):
            return None
        return {slot: True}, DONE

    async def ask(self, turn: Turn, slot: str) -> None:
        """The question with its two buttons."""
        replies.say(
            turn,
            f"utter_{self.offer}_sure",
            buttons=[
                replies.button(turn, f"{self.offer}_yes", "affirm", offer=self.offer),
                replies.button(turn, "leave_it", "deny", offer=self.offer),
            ],
        )


class EraseForm(_ConfirmForm):
    """Erasure cannot be undone: it happens only after a yes without conditions."""

    form, slots, offer = "erase_form", ("erase_confirmed",), "erase"
    intents = frozenset({"delete_my_data"})

    async def take(self, turn: Turn, slot: str) -> Step | None:
        """A copy that is wanted first is made; with any other condition the question is asked again."""
        if says_no(turn, self.offer, self.intents) or not says_limited_yes(turn, self.offer):
            return await super().take(turn, slot)
        if _COPY.search(turn.text):
            replies.effect(turn, "export")
            replies.say(turn, "utter_erase_copy_first", buttons=[replies.question(turn, "delete_my_data")])
            return {slot: False}, DONE
        if is_question(turn):
            return None
        replies.say(turn, "utter_erase_unclear")
        return {slot: None}, slot


class ExportForm(_ConfirmForm):
    """So does the copy."""

    form, slots, offer = "export_form", ("export_confirmed",), "export"
    intents = frozenset({"export_my_data"})


class _ConfirmedAction(Action):
    """Does what was confirmed."""

    offer = ""

    def name(self) -> str:
        """The action's name in the domain."""
        return f"action_{self.offer}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """One effect, only for a verified candidate."""
        turn = Turn(dispatcher, tracker)
        if turn.slot(f"{self.offer}_confirmed") and turn.verified:
            replies.effect(turn, self.offer)
            replies.say(turn, f"utter_{self.offer}_done")
        turn.remember(f"{self.offer}_confirmed", None)
        return turn.events()


class ActionErase(_ConfirmedAction):
    """The gateway erases."""

    offer = "erase"


class ActionExport(_ConfirmedAction):
    """The gateway makes the copy."""

    offer = "export"


@offers.does("erase")
async def take_erasure_up_again(turn: Turn, facts: dict[str, Any]) -> None:
    """An old yes button: ask once more."""
    if turn.verified:
        turn.next_action = EraseForm.form


@offers.does("export")
async def take_export_up_again(turn: Turn, facts: dict[str, Any]) -> None:
    """An old yes button: ask once more."""
    if turn.verified:
        turn.next_action = ExportForm.form
