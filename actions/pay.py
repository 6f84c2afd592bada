"""Pay and benefits."""

from __future__ import annotations

from typing import Any

from actions import contact_people, dates, money, offers, pay_privacy, replies, role_choice, texts
from actions.company_answers import tell_company_answer
from actions.questions import answers
from actions.role_answers import closed_note, next_questions, role_text, tell_ad_text
from actions.role_lookup import Role
from actions.turn import Turn


@answers("ask_salary")
async def tell_pay(turn: Turn) -> None:
    """The pay range with its basis and date; where it isn't known, when it must be told."""
    role = await role_choice.role_in_question(turn, "ask_salary")
    if role is None:
        return
    if role.get("pay"):
        _say_pay(turn, role, "utter_pay_range")
    elif offers.asked_before(turn, f"pay:{role['ref']}"):
        contact = contact_people.name_of(role, turn)
        _say(turn, role, "utter_pay_asked_already", contact=contact)
    else:
        _say(turn, role, "utter_pay_unknown", buttons=_offer_to_ask(turn, role))


@answers("give_salary_expectation")
async def take_expectation(turn: Turn) -> None:
    """Thank, and say the range; what somebody earns or earned is never asked for nor kept."""
    told = pay_privacy.earlier_pay_spans(turn.text, turn.intent)
    hidden = texts.sentence("utter_part_pay_hidden", turn.language) if told else ""
    role = await role_choice.role_if_known(turn)
    if role is None:
        await _ask_role_for_expectation(turn, hidden)
    elif role.get("pay"):
        _say_pay(turn, role, "utter_expectation", hidden=hidden)
    else:
        buttons = _offer_to_ask(turn, role)
        _say(turn, role, "utter_expectation_pay_unknown", hidden=hidden, buttons=buttons)


async def _ask_role_for_expectation(turn: Turn, hidden: str) -> None:
    roles = await turn.gateway.roles(turn.language)
    role_choice.await_role(turn, "ask_salary")
    turn.remember("roles_shown", [role["ref"] for role in roles])
    buttons = [role_choice.role_button(turn, r, "ask_salary") for r in roles[: role_choice.MOST_BUTTONS]]
    replies.say(turn, "utter_expectation_which_role", hidden=hidden, buttons=buttons)


@answers("ask_benefits")
async def tell_benefits(turn: Turn) -> None:
    """The role's benefits, else the company's."""
    role = await role_choice.role_if_known(turn)
    if role and tell_ad_text(turn, role, "ask_benefits", "benefits"):
        return
    await tell_company_answer(turn, "benefits", "ask_benefits", role)


@offers.does("ask_pay")
async def ask_for_pay(turn: Turn, facts: dict[str, Any]) -> None:
    """Have the missing pay asked for, once."""
    role = await turn.gateway.role(str(facts["role_ref"]), turn.language)
    contact = contact_people.name_of(role, turn)
    if offers.first_time(turn, f"pay:{role['ref']}"):
        replies.effect(turn, "ask_pay", role=role["ref"])
        _say(turn, role, "utter_pay_asked", contact=contact)
    else:
        _say(turn, role, "utter_pay_asked_already", contact=contact)


def _offer_to_ask(turn: Turn, role: Role) -> list[replies.Button]:
    return offers.make(turn, "ask_pay", "ask_for_me", role_ref=role["ref"])


def _say_pay(turn: Turn, role: Role, response: str, **fields: str) -> None:
    pay = role["pay"]
    basis = role_text(turn, role, "pay_basis")
    spoken = basis.words.rstrip(".") if basis else ""
    _say(
        turn,
        role,
        response,
        pay=money.pay_range(pay, turn.language),
        basis=texts.sentence("utter_part_pay_basis", turn.language, basis=spoken) if basis else "",
        date=dates.full_day(pay.get("as_of") or role["as_of"], turn.language),
        buttons=next_questions(turn, "ask_salary", role),
        **fields,
    )


def _say(turn: Turn, role: Role, response: str, **fields: Any) -> None:
    title = role["title"] + _closed(turn, role)
    replies.say(turn, response, title=title, sources=[replies.source("role", role)], **fields)


def _closed(turn: Turn, role: Role) -> str:
    return "" if not closed_note(turn, role) else texts.sentence("utter_part_closed_short", turn.language)
