"""Five slow spots of Rasa 3.6.21, replaced by code that does the same in less time.

Together they are more than half of a turn. `tests/nlu/test_quicker.py` compares old and new.
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.shared.nlu.constants import ACTION_NAME, INTENT
from rasa.shared.utils.common import all_subclasses

_stock_find_action = RulePolicy._find_action_from_rules
_stock_possible_keys = RulePolicy._get_possible_keys
_event_types: dict[str, type[Event]] = {}


def event_type(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of an event's name; Rasa walks through all classes for every event."""
    if not _event_types:
        for found in all_subclasses(Event):
            _event_types.setdefault(found.type_name, found)
    found_type = _event_types.get(type_name, default)
    if found_type is None and type_name != "topic":
        raise ValueError(f"Unknown event name '{type_name}'.")
    return found_type


def copy_slot(slot: Slot) -> Slot:
    """A shallow copy, as `copy.copy` makes it; made for each slot of each tracker."""
    copied = object.__new__(type(slot))
    copied.__dict__.update(slot.__dict__)
    return copied


def find_action_from_rules(policy: RulePolicy, tracker: Any, domain: Any, use_text_for_last_user_input: bool) -> tuple[str | None, str | None, bool]:
    """As Rasa's, but rules on a message's text are not looked for where there are none."""
    if use_text_for_last_user_input and not _has_text_rules(policy):
        return None, None, False
    return _stock_find_action(policy, tracker, domain, use_text_for_last_user_input)


def _has_text_rules(policy: RulePolicy) -> bool:
    known: bool | None = policy.__dict__.get("_desk_text_rules")
    if known is None:
        known = any('"text"' in key for key in policy.lookup[RULES])
        policy.__dict__["_desk_text_rules"] = known
    return known


def possible_keys(policy: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
    """As Rasa's, but rules for another intent or after another action are not even looked at."""
    if not states:
        return _stock_possible_keys(policy, lookup, states)
    indexes = policy.__dict__.setdefault("_desk_indexes", {})
    index = indexes.get(id(lookup))
    if index is None:
        index = indexes[id(lookup)] = _index(policy, lookup)
    now = states[-1]
    action = now.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
    intent = now.get(USER, {}).get(INTENT)
    near = {key: lookup[key] for place in {(action, intent), (action, None), (None, None)} for key in index.get(place, ())}
    return _stock_possible_keys(policy, near, states)


def _index(policy: RulePolicy, lookup: dict[str, str]) -> dict[tuple[str | None, str | None], list[str]]:
    """Rules by the action and the intent that their last state demands; None demands nothing."""
    index: dict[tuple[str | None, str | None], list[str]] = {}
    for key in lookup:
        last = policy._rule_key_to_state(key)[-1]
        action = last.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
        intent = last.get(USER, {}).get(INTENT) if action else None
        intent = None if intent == SHOULD_NOT_BE_SET else intent
        index.setdefault((action, intent), []).append(key)
    return index


def format_states(policy: RulePolicy, states: list[Any]) -> str:
    """Rasa writes the whole history into a debug line that nobody sees."""
    return ""


def install() -> None:
    """Put the replacements in Rasa's place, for this process."""
    Event.resolve_by_type = staticmethod(event_type)  # type: ignore[method-assign,assignment]
    Slot.__copy__ = copy_slot  # type: ignore[attr-defined]
    RulePolicy._find_action_from_rules = find_action_from_rules  # type: ignore[method-assign,assignment]
    RulePolicy._get_possible_keys = possible_keys  # type: ignore[method-assign,assignment]
    RulePolicy.format_tracker_states = format_states  # type: ignore[method-assign,assignment]
