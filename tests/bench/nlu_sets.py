"""The messages that classifiers are compared on: our own, and two public sets.

The public data lies outside the project, in `DESK_DATA_DIR` (default `../shared/data`).
"""

from __future__ import annotations

import csv
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from nlu.evaluate import LANGUAGES, OUT_OF_SCOPE, read_questions

OWN, BANKING, CLINC = "own", "banking77, 10 examples an intent", "clinc150, full"
SHOTS = 10


@dataclass(frozen=True)
class Message:
    """A text, its intent (`out_of_scope` for none) and its language."""

    text: str
    intent: str
    language: str = "en"


@dataclass(frozen=True)
class Set:
    """Examples to learn from, some to choose a threshold on (none: held-out examples do), and the test."""

    name: str
    train: list[Message]
    validation: list[Message]
    test: list[Message]


def public_data() -> Path:
    """Where the public data lies."""
    return Path(os.environ.get("DESK_DATA_DIR", "../shared/data"))


def own() -> Set:
    """Our training examples and the questions written blind, in three languages."""
    train = [message for language in LANGUAGES for message in _examples(language)]
    questions = read_questions(Path("tests/nlu"), "blind")
    return Set(OWN, train, [], [Message(q.text, q.intent, q.language) for q in questions])


def _examples(language: str) -> Iterable[Message]:
    seen = set()
    for file in sorted(Path("nlu/data", language).glob("*.yml")):
        for entry in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
            for line in (entry.get("examples") or "").splitlines():
                message = Message(line.removeprefix("- ").strip(), entry.get("intent", ""), language)
                if message.intent and message.text and message not in seen:
                    seen.add(message)
                    yield message


def banking(seed: int) -> Set:
    """Ten examples of each of 77 banking intents, drawn by `seed`."""
    by_intent = defaultdict(list)
    for message in _banking("train"):
        by_intent[message.intent].append(message)
    draw = random.Random(seed)
    train = [message for intent in sorted(by_intent) for message in draw.sample(by_intent[intent], SHOTS)]
    return Set(BANKING, train, [], _banking("test"))


def _banking(part: str) -> list[Message]:
    with (public_data() / "banking77" / f"{part}.csv").open(encoding="utf-8") as file:
        return [Message(row["text"], row["category"]) for row in csv.DictReader(file)]


def clinc() -> Set:
    """150 intents and questions that belong to none; the 100 of those for training are trained on."""
    written = json.loads((public_data() / "clinc150" / "data_full.json").read_text("utf-8"))

    def messages(part: str, outside: str) -> list[Message]:
        return [Message(text, OUT_OF_SCOPE if intent == "oos" else intent) for text, intent in written[part] + written[outside]]

    return Set(CLINC, messages("train", "oos_train"), messages("val", "oos_val"), messages("test", "oos_test"))
