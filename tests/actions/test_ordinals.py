from __future__ import annotations

import pytest

from actions.ordinals import ordinal_in, pick


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("vad betalar den andra?", 2),
        ("entä toisen palkka?", 2),
        ("kerro ekasta lisää", 1),
        ("tell me about the second one", 2),
        ("the last one please", -1),
        ("den sista då", -1),
        ("3", 3),
        ("nummer två", 2),
        ("number four", 4),
        ("viimeinen", -1),
        ("siitä viimeisestä", -1),
    ],
)
def test_a_place_in_the_list_is_understood(text: str, ordinal: int) -> None:
    assert ordinal_in(text) == ordinal


@pytest.mark.parametrize(
    "text",
    [
        "när är sista ansökningsdagen?",
        "milloin viimeinen hakupäivä on",
        "hur går den första intervjun till?",
        "what is the first step?",
        "when is the last day to apply",
        "millainen ensimmäinen haastattelu on",
        "finns det andra jobb?",
        "viimeistään milloin",
        "koska pitää hakea viimeistään",
        "när är det sista chansen att söka",
        "until the last possible moment?",
        "I have a second job at the moment and would like to know whether that is a problem",
    ],
)
def test_a_place_in_something_else_is_left_alone(text: str) -> None:
    assert ordinal_in(text) is None


def test_pick_counts_from_either_end_and_stays_inside() -> None:
    assert pick(["a", "b", "c"], 2) == "b"
    assert pick(["a", "b", "c"], -1) == "c"
    assert pick(["a", "b", "c"], 4) is None
    assert pick([], 1) is None
