"""Which messages come together: questions that nobody taught, among those that candidates ask anyway."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import pytest

from nlu.components.concepts import Lexicon
from nlu.grouping import GroupingSettings, Likeness, examples_in, group, grouped

DATA = Path("nlu/data")
TAUGHT_BY_NOBODY = [line.split("\t") for line in Path("tests/nlu/new_questions.tsv").read_text("utf-8").splitlines()]
DOGS = [text for question, text in TAUGHT_BY_NOBODY if question == "dogs"]
PARKING = [text for question, text in TAUGHT_BY_NOBODY if question == "parking"]


@pytest.fixture(scope="module")
def likeness() -> Likeness:
    return Likeness(examples_in(DATA), Lexicon.read(DATA / "concepts.tsv"))


def others(many: int) -> list[str]:
    """Questions written blind, of all languages and kinds."""
    lines = [line.split("\t")[1] for path in sorted(Path("tests/nlu").glob("*/blind.tsv")) for line in path.read_text("utf-8").splitlines() if "\t" in line]
    return lines[:: max(1, len(lines) // many)]


def test_most_wordings_of_a_new_question_are_one_group_and_little_else_is_in_it(likeness: Likeness) -> None:
    texts = [*DOGS, *PARKING, *others(400)]
    found = [[texts[row] for row in members] for members in group(likeness.rows(texts))]
    for question in (DOGS, PARKING):
        best = max(found, key=lambda members: len(set(members) & set(question)))
        inside = len(set(best) & set(question))
        assert inside >= 0.7 * len(question), Counter(len(set(members) & set(question)) for members in found)
        assert inside >= 0.8 * len(best), best
    assert sorted(text for members in found for text in members) == sorted(texts)


def test_blocks_find_the_groups_that_are_there(likeness: Likeness) -> None:
    texts = [*DOGS[::2], *PARKING[::2], *DOGS[1::2], *PARKING[1::2]]
    in_blocks = group(likeness.rows(texts), GroupingSettings(block=8))
    best = max(in_blocks, key=len)
    assert sum(texts[row] in DOGS for row in best) >= 0.6 * len(DOGS)
    assert sum(texts[row] in PARKING for row in best) <= 1


def test_what_says_nothing_particular_stands_alone() -> None:
    lines = io.StringIO("\n".join(json.dumps({"id": str(n), "text": text}) for n, text in enumerate(("?", "...", "hund", "hundar", "!"))))
    found = [sorted(row["ids"]) for row in grouped(lines, DATA)]
    assert ["0"] in found and ["1"] in found and ["2", "3"] in found
    assert list(grouped(io.StringIO(""), DATA)) == []
