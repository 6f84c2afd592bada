"""The classifier: fitted, kept on disk, and the same afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.components.calibration import ANY_LANGUAGE, Calibration, Curve, Goals, calibrate
from nlu.components.concepts import Lexicon
from nlu.components.features import Features, FeatureSettings, words_of
from nlu.components.linear import Fitted, LinearIntents, LinearSettings, fit, usual_rows

EXAMPLES = {
    "ask_salary": ["what is the salary", "how much do you pay", "salary range please", "pay per month", "vad är lönen", "mikä on palkka"],
    "ask_location": ["where is the office", "which city is it in", "location please", "where would I work", "var ligger kontoret", "missä toimisto on"],
    "out_of_scope": ["tell me a joke", "what is the weather", "who won the game", "write me a poem", "berätta en vits", "kerro vitsi"],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
LABELS = [intent for intent, texts in EXAMPLES.items() for _ in texts]
LEXICON = Lexicon([("salary", ["salar*"]), ("salary", ["pay"])])


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(TEXTS, LABELS, LinearSettings(folds=3), LEXICON)


def test_known_and_similar_texts_get_their_intent(fitted):
    for text, intent in [("what's the salary?", "ask_salary"), ("WHERE IS THE OFFICE", "ask_location"), ("tell me another joke", "out_of_scope")]:
        assert fitted.model.intents[int(fitted.model.margins(text).argmax())] == intent


def test_a_text_with_nothing_known_gets_only_the_bias(fitted):
    assert np.allclose(fitted.model.margins("漢字"), fitted.model.bias)
    assert np.allclose(fitted.model.margins(""), fitted.model.bias)


def test_held_out_margins_cover_every_text(fitted):
    assert fitted.held_out.shape == (len(TEXTS), 3)
    assert np.isfinite(fitted.held_out).all()


def test_a_saved_classifier_decides_the_same(fitted, tmp_path):
    fitted.model.save(tmp_path)
    loaded = LinearIntents.load(tmp_path)
    assert loaded.intents == fitted.model.intents
    for text in [*TEXTS, "something new about pay", ""]:
        assert np.allclose(loaded.margins(text), fitted.model.margins(text), atol=5e-3)


def test_nothing_on_disk_can_run_code(fitted, tmp_path):
    fitted.model.save(tmp_path)
    assert {file.suffix for file in tmp_path.iterdir()} == {".json", ".npy"}
    for file in tmp_path.glob("*.npy"):
        np.load(file, allow_pickle=False)


def test_fitting_twice_gives_the_same(fitted):
    again = fit(TEXTS, LABELS, LinearSettings(folds=3), LEXICON)
    assert np.array_equal(again.model.weights, fitted.model.weights)
    assert np.array_equal(again.held_out, fitted.held_out)


def test_a_newly_taught_intent_is_not_drowned_by_those_with_many_examples():
    """Its few examples count for more, and so much more that a wording half like one of them is understood."""
    places = [("ask_location", f"where is office number {n} of the company") for n in range(60)]
    hours = [("ask_hours", f"when does shift number {n} of the company begin") for n in range(60)]
    taught = [("company_dogs", text) for text in ("may my dog come to the office", "are dogs fine", "dogs at the office", "my dog comes along")]
    labels, texts = zip(*places, *hours, *taught, strict=True)
    plain = LinearSettings(rare_weight=1.0, rare_boost=0.0)
    asked = "where is the office dog"

    def lead(settings):
        model = fit(texts, labels, settings, Lexicon([])).model
        margins = dict(zip(model.intents, model.margins(asked), strict=True))
        return margins["company_dogs"] - margins["ask_location"]

    assert lead(LinearSettings()) > lead(plain) + 0.05
    assert usual_rows(labels) == list(range(120))
    shared = [*places, *hours]
    names, said = zip(*shared, strict=True)
    ours, theirs = (fit(said, names, settings, Lexicon([])).model for settings in (LinearSettings(), plain))
    assert (ours.margins(asked) == theirs.margins(asked)).all(), "without rare intents nothing changes"


def test_words_are_folded_but_letters_with_marks_stay():
    assert words_of("Lönen, ÄR\u00ad den\u200b ＯＫ?") == ["lönen", "är", "den", "ok"]


def test_each_kind_of_feature_has_its_weight():
    settings = FeatureSettings(word_weight=0.5, char_weight=1.0, concept_weight=0.25)
    features, _ = Features.fit(TEXTS, settings, LEXICON)
    names = {i: name for name, i in features.vocabulary.items()}
    squares = {"w": 0.0, "c": 0.0, "k": 0.0}
    for i, value in zip(*features.row("salary in the office"), strict=True):
        squares[names[int(i)][0]] += float(value) ** 2
    assert squares == pytest.approx({"w": 0.25, "c": 1.0, "k": 0.0625}, abs=1e-5)


def margins_for(rows: int, best: float, second: float) -> np.ndarray:
    return np.tile(np.array([best, second, -1.0], np.float32), (rows, 1))


INTENTS = ["a", "b", "out_of_scope"]


def test_confidence_grows_with_the_margin_and_the_gap():
    held_out = np.vstack([margins_for(50, 1.0, -1.0), margins_for(50, 0.0, -0.05)])
    labels = ["a"] * 50 + ["a", "b"] * 25
    calibration = calibrate(INTENTS, held_out, labels, ["sv"] * 100)
    sure = calibration.decide(INTENTS, np.array([1.0, -1.0, -1.0]), "sv").ranking[0][1]
    unsure = calibration.decide(INTENTS, np.array([0.0, -0.05, -1.0]), "sv").ranking[0][1]
    assert sure > 0.9 and 0.3 < unsure < 0.7


def test_the_threshold_keeps_wrong_answers_below_the_goal():
    held_out = np.vstack([margins_for(900, 0.8, -1.0), margins_for(100, 0.0, -0.02)])
    labels = ["a"] * 900 + ["a"] * 20 + ["b"] * 80
    calibration = calibrate(INTENTS, held_out, labels, [None] * 1000, Goals(wrong_with_confidence=0.05))
    assert not calibration.decide(INTENTS, np.array([0.0, -0.02, -1.0]), None).sure
    assert calibration.decide(INTENTS, np.array([0.8, -1.0, -1.0]), None).sure


def test_a_language_with_few_examples_uses_the_common_curve():
    held_out = np.vstack([margins_for(300, 1.0, -1.0), margins_for(10, 0.0, -0.1)])
    labels = ["a"] * 290 + ["b"] * 20
    calibration = calibrate(INTENTS, held_out, labels, ["sv"] * 300 + ["fi"] * 10)
    assert set(calibration.curves) == {ANY_LANGUAGE, "sv"}
    assert calibration.curve("fi") == calibration.curve(None) == calibration.curves[ANY_LANGUAGE]


def test_confidences_fall_along_the_ranking_and_add_up_to_one_at_most():
    calibration = Calibration({ANY_LANGUAGE: Curve(1.0, 2.0, 0.0, 0.5, 0.4)})
    decision = calibration.decide(INTENTS, np.array([0.1, 0.05, -0.5]), None)
    confidences = [confidence for _, confidence in decision.ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) <= 1.0001


def test_out_of_scope_has_its_own_threshold():
    calibration = Calibration({ANY_LANGUAGE: Curve(0.0, 0.0, 0.0, 0.6, 0.4)})  # always 0.5 sure
    assert not calibration.decide(INTENTS, np.array([1.0, 0.0, 0.0]), None).sure
    assert calibration.decide(INTENTS, np.array([0.0, 0.0, 1.0]), None).sure


def test_a_saved_calibration_is_the_same(tmp_path):
    calibration = Calibration({ANY_LANGUAGE: Curve(1.0, 2.0, 0.5, 0.5, 0.4), "fi": Curve(2.0, 1.0, 0.0, 0.6, 0.5)})
    calibration.save(tmp_path)
    assert Calibration.load(tmp_path).curves == calibration.curves
