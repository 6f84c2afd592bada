"""What is replaced in Rasa does the same as before; actions in the process fail aloud."""

from __future__ import annotations

import asyncio
import copy
import json

import pytest

from nlu.absent import pretend_absent

pretend_absent()

from rasa.core.policies.rule_policy import RulePolicy  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import Event  # noqa: E402
from rasa.shared.core.slots import FloatSlot, TextSlot  # noqa: E402
from rasa.shared.core.trackers import DialogueStateTracker  # noqa: E402
from rasa.shared.utils.common import all_subclasses  # noqa: E402
from rasa_sdk.interfaces import ActionExecutionRejection  # noqa: E402

from nlu import quicker  # noqa: E402
from nlu.in_process import ActionFailed, InProcess, check_events  # noqa: E402


def test_every_event_is_found_by_its_name():
    for found in all_subclasses(Event):
        first = next(cls for cls in all_subclasses(Event) if cls.type_name == found.type_name)
        assert quicker.event_type(found.type_name) is first
    assert quicker.event_type("topic") is None
    with pytest.raises(ValueError, match="nonsense"):
        quicker.event_type("nonsense")


@pytest.mark.parametrize("slot", [TextSlot("a", []), FloatSlot("b", [], max_value=5.0)])
def test_a_copied_slot_is_like_one_of_pythons(slot):
    mine, pythons = quicker.copy_slot(slot), copy.copy(slot)
    assert type(mine) is type(pythons) and mine.__dict__ == pythons.__dict__
    mine.value = 3
    assert slot.value != 3


class FakeAction:
    """An action package with one action that does what a test wants."""

    def __init__(self, does: object) -> None:
        self.actions = {"action_x": does}


def run(does: object) -> object:
    place = InProcess.__new__(InProcess)
    place._executor, place._domains = FakeAction(does), {}
    tracker = DialogueStateTracker.from_dict("c", [], [])
    return asyncio.run(place.run("action_x", tracker, Domain.empty()))


def test_an_action_may_be_plain_or_a_coroutine():
    async def waits(dispatcher, tracker, domain):
        dispatcher.utter_message(text="a")
        return [{"event": "slot", "name": "n", "value": 1}]

    def plain(dispatcher, tracker, domain):
        dispatcher.utter_message(text="b")

    assert run(waits)[0] == [{"event": "slot", "name": "n", "value": 1}]
    events, messages = run(plain)
    assert (events, messages[0]["text"]) == ([], "b")


def test_an_exception_in_an_action_is_raised_with_its_name():
    def fails(dispatcher, tracker, domain):
        raise KeyError("pay")

    with pytest.raises(ActionFailed, match="action_x: KeyError: 'pay'"):
        run(fails)


def test_a_rejection_stays_a_rejection():
    def rejects(dispatcher, tracker, domain):
        raise ActionExecutionRejection("action_x")

    from rasa.core.actions.action import ActionExecutionRejection as Rejected

    with pytest.raises(Rejected):
        run(rejects)


def test_an_unknown_action_is_said_to_be_unknown():
    place = InProcess.__new__(InProcess)
    place._executor, place._domains = FakeAction(None), {}
    with pytest.raises(ActionFailed, match="no such action"):
        asyncio.run(place.run("action_y", DialogueStateTracker.from_dict("c", [], []), Domain.empty()))


@pytest.mark.parametrize("wrong", ["x", {}, [3], [{}], [{"event": 3}], [[]]])
def test_what_is_no_list_of_events_is_refused(wrong):
    with pytest.raises(ActionFailed):
        check_events("action_x", wrong)


def state(action: str | None, intent: str | None = None, **more: dict) -> dict:
    found: dict = dict(more)
    if action:
        found["prev_action"] = {"action_name": action}
    if intent:
        found["user"] = {"intent": intent}
    return found


LISTENING = state("action_listen", "ask_salary")
RULES = [
    [LISTENING],
    [state("action_listen", "ask_team")],
    [LISTENING, state("action_ask_salary")],
    [LISTENING, state("action_ask_salary", "ask_salary")],
    [state("action_listen", "ask_salary", slots={"verified": [1.0, 1.0]})],
    [state("action_listen", "ask_salary", slots={"verified": "should_not_be_set"})],
    [state("action_listen", "should_not_be_set", active_loop={"name": "form"})],
    [state(None), LISTENING],
    [state(None)],
    [state("action_listen")],
]
STATES = [
    *RULES,
    [state(None), state("action_listen", "ask_salary", slots={"verified": (1.0, 1.0)})],
    [state(None), LISTENING, state("action_ask_salary", "ask_salary", slots={"verified": (1.0, 0.0)})],
    [state(None), state("action_listen", "ask_team", active_loop={"name": "form"})],
    [],
]


def test_the_same_rules_fit_as_in_rasa():
    policy = RulePolicy.__new__(RulePolicy)
    lookup = {json.dumps(rule): f"action_{number}" for number, rule in enumerate(RULES)}
    for states in STATES:
        assert quicker.possible_keys(policy, lookup, states) == quicker._stock_possible_keys(policy, lookup, states)
