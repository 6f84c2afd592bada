"""Many messages at once, and what training keeps of itself in the archive."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nlu.components.calibration import Calibration, Curve
from nlu.components.held_out import digest, judged, save
from nlu.understand import BadLine, messages, understood


class Parser:
    """An assistant that has its answer ready."""

    def __init__(self, parsed):
        self.parsed = parsed

    def parse(self, text, language):
        return {**self.parsed, "text": text}


def test_lines_are_read_and_bad_ones_named():
    lines = ['{"text": "Hej", "language": "sv"}', "", '{"text": "", "language": "fi", "id": 3}']
    assert list(messages(lines)) == [("Hej", "sv"), ("", "fi")]
    for bad in ("{", "[]", '{"text": "Hej"}', '{"text": 1, "language": "sv"}'):
        with pytest.raises(BadLine, match=r"Line 2\b"):
            list(messages([lines[0], bad]))


def test_the_best_intent_comes_with_others_and_asking_back_keeps_all():
    ranking = [{"name": "ask_salary", "confidence": 0.45678}, {"name": "ask_deadline", "confidence": 0.3}]
    asked_back = Parser({"intent": {"name": "nlu_fallback", "confidence": 0.45678}, "intent_ranking": ranking})
    found = understood(asked_back, "?", "sv")
    assert found == {
        "intent": "nlu_fallback",
        "confidence": 0.4568,
        "alternatives": [{"intent": "ask_salary", "confidence": 0.4568}, {"intent": "ask_deadline", "confidence": 0.3}],
    }
    sure = understood(Parser({"intent": ranking[0], "intent_ranking": ranking}), "?", "sv")
    assert sure["alternatives"] == [{"intent": "ask_deadline", "confidence": 0.3}]


def test_a_digest_folds_as_the_features_do():
    assert digest("sv", "Vad är LÖNEN?") == digest("sv", " vad  är lönen ") != digest("fi", "vad är lönen")
    assert digest("sv", "???") == digest("sv", " ??? ") and len(digest("sv", "a")) == 12
    assert digest("sv", "vad är lönen") == "9ea67c93bb3a", "the gateway computes the same (tests/api/training)"


def test_held_out_rows_say_what_each_language_would_have_got(tmp_path):
    curves = {"*": Curve(2.0, 1.0, 1.0, 0.5, 0.5), "fi": Curve(2.0, 1.0, 1.0, 0.99, 0.99)}
    margins = np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, -1.0]], np.float32)
    rows = judged(["a", "b"], margins, Calibration(curves), ["x", "y", "z", "/event"], ["a", "a", "b", "a"], ["sv", "sv", "fi", None])
    assert [row[2:4] for row in rows] == [("a", "a"), ("a", "b"), ("b", "a")]
    assert [row[5] for row in rows] == [True, True, True] and all(0.9 < row[4] < 1.0 for row in rows)
    save(rows, tmp_path)
    assert json.loads((tmp_path / "held_out.json").read_text("utf-8"))["rows"][0] == [digest("sv", "x"), "sv", "a", "a", rows[0][4], True]
