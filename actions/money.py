"""Pay as people write it, and amounts found in what people write."""

from __future__ import annotations

import re
from typing import Any

from babel.numbers import format_decimal, get_currency_symbol

from actions import phones, texts

# 38 000, 38.000, 38,000, 38000, 38k, 38 tusen/tuhatta, 3 200,50; with a currency before or after.
_NUMBER = r"\d{1,3}(?:[  .,]\d{3})+(?:,\d\d)?|\d+(?:[.,]\d{1,2})?"
_UNIT = r"kronor|kr|sek|euroa|euro|eur|€|egeä|egee|tkr|tusen|tuhatta|tonnia|tonni|k|t€|lakh|lpa|\$|£"
AMOUNT = re.compile(
    rf"(?:[€$£]|\b(?:sek|eur|kr)\b)?\s?(?<![\w-])(?:(?:{_NUMBER})\s?[-–]\s?)?(?:{_NUMBER})"
    rf"(?:\s?(?:{_UNIT})(?!\w))*",
    re.IGNORECASE,
)
_SMALLEST = 100  # a bare number below this is years, hours or per cent, not pay
_LARGEST = 9_999_999  # one above is a telephone or reference number


def pay_range(pay: dict[str, Any], language: str) -> str:
    """'38 000–45 000 kr/mån', '3 200–3 600 €/kk', '€3,200–3,600 a month'."""
    low, high = pay.get("min"), pay.get("max")
    numbers = [_number(n, language) for n in (low, high) if n is not None]
    if low is None or high is None:
        bound = "pay_up_to" if low is None else "pay_from"
        amount = f"{texts.word(bound, language)} {numbers[0]}"
    else:
        amount = numbers[0] if low == high else "–".join(numbers)
    period = pay.get("period")
    per = texts.word(f"pay_per_{period}", language) if period else ""
    return _with_currency(amount, pay["currency"], language) + per


def _number(value: float, language: str) -> str:
    whole = float(value).is_integer()
    return format_decimal(value, format="#,##0" if whole else "#,##0.00", locale=language)


def _with_currency(amount: str, currency: str, language: str) -> str:
    symbol = get_currency_symbol(currency, locale=language)
    if language != "en":
        return f"{amount} {symbol}"
    if symbol != currency:
        return re.sub(r"(?=\d)", symbol, amount, count=1)
    return re.sub(r"(?=\d)", f"{currency} ", amount, count=1)


def amount_spans(text: str) -> list[tuple[int, int]]:
    """Where amounts of money stand in a text, as (start, end); telephone numbers are none."""
    found = [(match.start() + _lead(match.group()), match.end()) for match in AMOUNT.finditer(text) if _is_money(match.group())]
    numbers = phones.spans(text)
    return [(start, end) for start, end in found if not any(start < last and first < end for first, last in numbers)]


def _lead(found: str) -> int:
    return len(found) - len(found.lstrip())


def _is_money(found: str) -> bool:
    if re.search(_UNIT, found, re.IGNORECASE):
        return True
    whole = re.sub(r",\d\d$", "", found)
    return any(_SMALLEST <= int(re.sub(r"\D", "", n)) <= _LARGEST for n in re.findall(_NUMBER, whole))
