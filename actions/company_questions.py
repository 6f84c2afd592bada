"""Questions that admins have taught: each is answered by the company's answer of the same name."""

from __future__ import annotations

from actions import replies
from actions.company_answers import tell_company_answer
from actions.questions import COMPANY_QUESTION, answers
from actions.turn import Turn


@answers(COMPANY_QUESTION)
async def tell_what_the_company_says(turn: Turn) -> None:
    """One action for all of them: no code is written for a new question."""
    buttons = [replies.question(turn, "search_roles"), replies.person(turn)]
    await tell_company_answer(turn, turn.asked, turn.asked, buttons=buttons)
