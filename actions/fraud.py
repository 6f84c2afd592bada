"""Somebody has paid, or sent their papers to, people who only say that they are us: a person at once, bank and police."""

from __future__ import annotations

import re

from actions import money
from actions.handing_over import hand_over
from actions.turn import Turn

# The first person did it: not "I get paid", "vill ha betalt", "jag har inte betalat".
_FIRST_SV = r"(?:^\W*(?:(?:men|fast|oj|hjälp|tyvärr|shit)\W+)?har|\bjag|\bja)\b(?:(?!\b(?:inte|ej|aldrig|fick|får|få|fått|vill|ha|tar)\b)[^.!?\n]){0,25}\b"
_FIRST_FI = r"\b(?:olen|oon)\b(?:(?!\b(?:en|ei)\b)[^.!?\n]){0,20}\b"
_FIRST_EN = r"(?:^\W*(?:(?:but|help|oh no)\W+)?(?:have|already)|\bi|\bi've|\bi have)\b(?: (?!was|am|get|got|been|being|be|not|never)\w+){0,2} "
_HAPPENED_TO = r"\b(?:råkade|hann)\b[^.!?\n]{0,15}\b(?:%s)\b|\b(?:ehdin|kerkesin|menin)\b[^.!?\n]{0,15}\b(?:%s)\b"
_PAID = re.compile(
    rf"{_FIRST_SV}(?:betalt|betalat|betalade|swishat|swishade|överfört|överförde|fört över|förde över)\b|"
    rf"\b(?:maksoin|siirsin)\b|{_FIRST_FI}(?:maksanu\w*|siirtäny\w*)\b|"
    rf"{_FIRST_EN}(?:paid|transferred|wired)\b(?! by\b)|" + _HAPPENED_TO % ("betala|swisha|föra över", "maksaa|maksamaan|siirtää"),
    re.IGNORECASE,
)
_SENT = re.compile(
    rf"{_FIRST_SV}(?:skickat|skickade|lämnat|lämnade|gett|gav|givit)\b|"
    rf"\b(?:lähetin|annoin)\b|{_FIRST_FI}(?:lähettäny\w*|antanu\w*)\b|"
    rf"{_FIRST_EN}(?:sent|gave|given)\b|" + _HAPPENED_TO % ("skicka|lämna|ge", "lähettää|lähettämään|antaa"),
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\b(?:pengar\w*|avgift\w*|deposition\w*|förskott\w*|presentkort|raha[at]\w*|maksun|lahjakort\w*|bitcoin\w*|money|fees?|deposit|gift cards?)\b", re.I
)
_PAPERS = re.compile(
    r"\b(?:pass|passet|passkopia\w*|mitt pass|körkort\w*|leg|legitimation\w*|id-?kort\w*|id-?handling\w*|bank-?id|bankuppgift\w*|kontonummer|kontonumret|"
    r"kort(?:nummer|numret|uppgift\w*)|personnum\w*|passi\w*|ajokort\w*|henkkari\w*|henkilökort\w*|pankkitunnu\w*|tilinumero\w*|tilitie\w*|"
    r"korttinumero\w*|kortti?tie\w*|henkilötunnu\w*|hetu\w*|passport|id(?: card)?|driv\w+ licen[cs]e|bank details|account number|card (?:number|details)|"
    r"social security\w*|ssn|personal number|password)\b",
    re.IGNORECASE,
)
# What honest people pay for, or send an amount about.
_ORDINARY = re.compile(
    r"\b(?:faktura\w*|räkning\w*|\w*lasku\w*|invoices?|bills?|res\w*|tåg\w*|\w*biljett\w*|parkering\w*|hotell\w*|flyg\w*|taxi\w*|bensin\w*|kvitto\w*|ersättning\w*|hyra\w*|skatt\w*|a-kassa\w*|"
    r"matka\w*|juna\w*|\w*lippu\w*|\w*lipun|lento\w*|hotelli\w*|taksi\w*|kuitti\w*|korvau\w*|korvat\w*|vuokra\w*|vero\w*|"
    r"travel\w*|trains?|\w*tickets?|flights?|hotels?|parking|receipts?|reimburs\w*|rent|tax\w*)\b",
    re.IGNORECASE,
)
_BARE, _YEAR = r"[\d\s.,–-]+", r"(?:19|20)\d\d"
_PAY = re.compile(r"lön|anspråk|önskemål|palk|toive|pyyn|salar|wage|expect", re.IGNORECASE)
_WHAT_NOW = re.compile(
    r"\bvad (?:ska|gör|borde|kan|bör) jag\b|\bmitä (?:(?:mä|mää|minä|nyt) ){0,2}(?:teen|pitää|pitäisi|pitäis|voin)\b|\bwhat (?:do|should|can|shall) i\b", re.I
)


def pays_out(text: str) -> bool:
    """Whether the writer tells of having paid somebody, so that an amount is no pay of theirs."""
    return _PAID.search(text) is not None or (_SENT.search(text) is not None and _names_money(text) and not _PAY.search(text))


def loss_in(text: str, doubted: bool = False) -> bool:
    """Whether the writer tells of having paid, or sent money; papers and bare 'I have paid' count once an offer is `doubted`."""
    if not text or _ORDINARY.search(text):
        return False
    if doubted and (_PAID.search(text) or (_SENT.search(text) and (_PAPERS.search(text) or _MONEY.search(text)))):
        return True
    return pays_out(text) and _names_money(text, bare=_PAID.search(text) is not None)


def _names_money(text: str, bare: bool = False) -> bool:
    """Money by its name or an amount; a `bare` number counts too, unless it may be a year."""
    amounts = [text[start:end] for start, end in money.amount_spans(text)]
    return bool(_MONEY.search(text)) or any(not re.fullmatch(_BARE, amount) or (bare and not re.fullmatch(_YEAR, amount)) for amount in amounts)


def is_doubted(turn: Turn) -> bool:
    """Whether an offer's sender was just warned of."""
    return (turn.slot("open_offer") or {}).get("kind") == "offer_check"


def goes_on(turn: Turn, intent: str) -> bool:
    """Whether a message that is not clearly understood goes on about the offer that was just doubted."""
    if not is_doubted(turn):
        return False
    return intent in ("nlu_fallback", "out_of_scope") or _WHAT_NOW.search(turn.text) is not None


def answer_loss(turn: Turn) -> None:
    """Bank, police, and a person here at once."""
    senders = ", ".join((turn.slot("open_offer") or {}).get("senders") or [])
    turn.remember("open_offer", None)
    turn.remember("misunderstandings", 0)
    note = "The candidate has paid or sent their papers to somebody who may pretend to be us."
    hand_over(turn, "offer_check", "utter_fraud_loss", priority="high", note=f"{note} Sender: {senders}" if senders else note)
