"""Two questions in one message."""

from __future__ import annotations

from nlu.split import halves, two_questions


def parsed(intent: str, confidence: float = 0.95, others: tuple[str, ...] = ()) -> dict:
    ranking = [{"name": name, "confidence": confidence} for name in (intent, *others)]
    return {"intent": {"name": intent, "confidence": confidence}, "intent_ranking": ranking}


def by_word(text: str) -> dict:
    known = {"lön": "ask_salary", "palkka": "ask_salary", "salary": "ask_salary", "börjar": "ask_start_date", "alkaa": "ask_start_date", "tack": "thank"}
    return parsed(next((intent for word, intent in known.items() if word in text.casefold()), "nlu_fallback"))


WHOLE = parsed("ask_salary", 0.6, ("ask_start_date", "thank"))


def test_cuts_lie_at_sentence_ends_and_joining_words():
    assert ("Vad är lönen", "När börjar det?") in list(halves("Vad är lönen? När börjar det?"))
    assert ("mikä on palkka", "milloin se alkaa") in list(halves("mikä on palkka ja milloin se alkaa"))
    assert ("pay", "benefits") in list(halves("pay & benefits"))


def test_words_that_only_look_like_joining_words_do_not_cut():
    assert list(halves("Vad gör en chefsandroid i Örebro")) == []


def test_a_long_letter_is_not_cut():
    assert list(halves("Vad är lönen? " * 40)) == []


def test_two_sure_questions_are_both_found():
    for text in ("Vad är lönen och när börjar det?", "Mikä on palkka? Milloin työ alkaa?"):
        cut = two_questions(text, WHOLE, by_word)
        assert cut is not None
        assert [half["intent"]["name"] for half in (cut.first, cut.second)] == ["ask_salary", "ask_start_date"]


def test_thanks_and_the_same_question_twice_are_no_second_question():
    assert two_questions("Vad är lönen? Tack!", WHOLE, by_word) is None
    assert two_questions("Vad är lönen? Alltså lönen?", WHOLE, by_word) is None


def test_an_unsure_half_keeps_the_message_whole():
    assert (
        two_questions("Vad är lönen och när börjar det?", WHOLE, lambda part: {**by_word(part), "intent": {**by_word(part)["intent"], "confidence": 0.5}})
        is None
    )


def test_halves_that_the_whole_does_not_lean_to_are_not_believed():
    assert two_questions("Vad är lönen och när börjar det?", parsed("ask_salary", 0.9, ("ask_benefits",)), by_word) is None
