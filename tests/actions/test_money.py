from __future__ import annotations

import pytest

from actions import money


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def pay(low: float | None, high: float | None, currency: str = "SEK", period: str = "month") -> dict[str, object]:
    return {"min": low, "max": high, "currency": currency, "period": period}


@pytest.mark.parametrize(
    ("given", "language", "said"),
    [
        (pay(38000, 45000), "sv", "38 000–45 000 kr/mån"),
        (pay(3200, 3600, "EUR"), "fi", "3 200–3 600 €/kk"),
        (pay(38000, 45000), "en", "SEK 38,000–45,000 a month"),
        (pay(3200, 3600, "EUR"), "en", "€3,200–3,600 a month"),
        (pay(12.9, 14.1, "EUR", "hour"), "fi", "12,90–14,10 €/h"),
        (pay(12.9, 14.1, "EUR", "hour"), "sv", "12,90–14,10 €/tim"),
        (pay(500000, 500000, period="year"), "sv", "500 000 kr/år"),
        (pay(30000, None), "sv", "från 30 000 kr/mån"),
        (pay(None, 3000, "EUR"), "fi", "enintään 3 000 €/kk"),
        (pay(None, 3000, "EUR"), "en", "up to €3,000 a month"),
    ],
)
def test_pay_is_written_as_people_write_it(given: dict[str, object], language: str, said: str) -> None:
    assert plain(money.pay_range(given, language)) == said


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Jag tjänar 35 000 kr idag", ["35 000 kr"]),
        ("tjänar 35000 nu", ["35000"]),
        ("tienaan 3200 euroa", ["3200 euroa"]),
        ("I make €3,200 a month", ["€3,200"]),
        ("35-38k just now", ["35-38k"]),
        ("32 000–34 000 kr", ["32 000–34 000 kr"]),
        ("5 years at 40 hours", []),
        ("about LV-101", []),
        ("ligger på 42 tusen", ["42 tusen"]),
    ],
)
def test_amounts_are_found_where_they_stand(text: str, amounts: list[str]) -> None:
    assert [text[start:end] for start, end in money.amount_spans(text)] == amounts
