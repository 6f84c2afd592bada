"""The lexicon of words that mean the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.components.concepts import BadLexicon, Lexicon
from nlu.components.features import words_of


def lexicon(tmp_path: Path, text: str) -> Lexicon:
    file = tmp_path / "concepts.tsv"
    file.write_text(text, "utf-8")
    return Lexicon.read(file)


def test_words_beginnings_and_phrases_are_found(tmp_path):
    known = lexicon(tmp_path, "salary\tsv\tlön*|betalt\nsalary\ten\tpay|how much * earn\nrange\tsv\tmellan tummen\n")
    assert known.find(words_of("Vad är LÖNEN?")) == {"salary"}
    assert known.find(words_of("pay")) == {"salary"}
    assert known.find(words_of("payment")) == set()
    assert known.find(words_of("mellan tummen och pekfingret")) == {"range"}
    assert known.find(words_of("mellan")) == set()


def test_every_language_is_looked_for_at_once(tmp_path):
    known = lexicon(tmp_path, "salary\tsv\tlön*\nsalary\tfi\tpalk*\nteam\ten\tteam\n")
    assert known.find(words_of("lön palkka team")) == {"salary", "team"}


def test_a_line_that_is_none_is_named(tmp_path):
    with pytest.raises(BadLexicon, match="line 2"):
        lexicon(tmp_path, "salary\tsv\tlön*\nsalary lön\n")


def test_the_projects_own_lexicon_can_be_read():
    known = Lexicon.read(Path("nlu/data/concepts.tsv"))
    assert len({concept for concept, _ in known.items}) > 300
    assert "salary" in known.find(["palkka"])
