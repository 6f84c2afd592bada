"""Grief and tears: a word of sympathy comes first, and what was offered before stays open.

Found by fixed rules, because such words are guessed to be anything: "jag gråter nu" a goodbye, "my dog died" a chat.
"""

from __future__ import annotations

import re

from actions import offers, replies, texts
from actions.turn import Turn

_DEAR = (
    r"(?:mamma|pappa|bror|syster|brorsa|syrra|dotter|barn|bebis|fru|sambo|pojkvän|flickvän|mormor|farmor|morfar|farfar|vän|kompis|"
    r"kollega|hund|katt|häst|moster|faster|farbror|morbror|kusin|svärmor|svärfar|"
    r"mum|mom|mother|dad|father|brother|sister|daughter|child|baby|husband|wife|boyfriend|girlfriend|grandma|grandpa|grandmother|grandfather|"
    r"(?:best )?friend|dog|cat|horse|aunt|uncle|cousin)"
)
_DEAR_FI = (
    r"(?:äiti|äippä|isä|iskä|faija|mutsi|veli|velje|sisko|siskoni|poika|poikani|tytär|tyttäreni|laps|vauva|mies|miehe|vaimo|puoliso|kumppani|poikaystävä|"
    r"tyttöystävä|mummo|mummi|mumma|ukki|vaari|pappa|isoäiti|isoisä|ystävä|kaveri|koira|kissa|hevonen|täti|setä|eno|serkku|anoppi|appi)\w*"
)
_DEATH = re.compile(
    rf"\b(?:{_DEAR}(?:en)?|(?:min|vår|my|our) (?:mor|far|man|make|maka|partner|son|gran|nan))\b "
    r"(?:\w+ ){0,3}?(?:dog|dött|gick bort|gått bort|avled|avlidit|är död|somnade in|died|passed away|is dead)\b|"
    rf"\b(?:förlorat|förlorade|mist|lost) (?:min|mitt|my) {_DEAR}\b|"
    rf"\b{_DEAR_FI} (?:\w+ ){{0,3}}?(?:kuoli|kuollu\w*|menehty\w+|nukkui pois|on poissa)\b|\bmenet(?:in|tänyt) {_DEAR_FI}|"
    r"\b(?:min|mitt|my|mun|minun) (?:\w+ )?(?:begravning|funeral|hautaj\w+)\b|\b(?:en|to a|att planera) (?:begravning|funeral)\b|"
    r"\b(?:sorg i familjen|death in the family|bereaved)\b",
    re.IGNORECASE,
)
_VERY = (
    r"(?:(?:så|jätte|väldigt|verkligen|riktigt|helt|otroligt|totalt|fortfarande|lite|bara|"
    r"so|really|very|just|absolutely|still|feeling|quite|a bit|completely) ?)"
)
_VERY_FI = r"(?:(?:tosi|niin|ihan|todella|aivan|kauhean|hirveän|vähän|nyt|vaan|edelleen) )"
_TEARS = re.compile(
    r"\b(?:gråter|gråtit|grät|storgråter|lipar|i tårar|gråtfärdig)\b(?!.{0,15}\bskratt)|"
    r"\b(?:itken|itkin|itkeny\w*|itkettää|kyynelissä|kyyneleet)\b(?!.{0,15}\bnauru)|"
    r"\b(?:i'?m|i am|i'?ve been|i was|i started|i can'?t stop|just|been|makes? me|made me) (?:\w+ )?(?:crying|cried|cry|in tears)\b(?!.{0,15}\blaugh)|"
    rf"\b(?:jag|ja) (?:är|blir|blev|känner mig) {_VERY}*(?:förkrossad|förtvivlad|knäckt|krossad|otröstlig|nedbruten)\b|"
    rf"\b(?:jag|ja) (?:är|blir|blev|känner mig) (?:{_VERY}+(?:ledsen|lessen|besviken)|ledsen\W*$)(?! (?:men|om|att jag|för att jag)\b)|"
    rf"^\W*{_VERY}+(?:ledsen|lessen|sad)\b(?! (?:men|om|but|att jag|för att jag)\b)|"
    rf"\b(?:olen|oon) {_VERY_FI}*(?:surullinen|murtunut|murtunu|rikki|allapäin|maassa|pettyny\w*)\b|^\W*{_VERY_FI}+surullinen\b|\bsurettaa\b|"
    rf"\b(?:i'?m|i am|i feel|makes me) {_VERY}*(?:sad|devastated|heartbroken|crushed|gutted|distraught|inconsolable)\b",
    re.IGNORECASE,
)
_SIGH = re.compile(r"^\W*(?:voi ei|voi harmi|voi kurja|åh nej|oh no|usch|fan också|nej fan|damn|vittu|perkele|shit)\W*$", re.IGNORECASE)
_ASKS_TOO = re.compile(r"\?|\b(?:vad|när|hur|kan|mikä|mitä|milloin|koska|miten|paljonko|what|what's|when|how|can)\b", re.IGNORECASE)
# What such a message is easily mistaken for; anything else is answered, after the word of sympathy.
_MISTAKEN = frozenset(["nlu_fallback", "out_of_scope", "affirm", "deny", "greet", "thank", "chitchat", "goodbye", "bot_challenge", "give_feedback"])
_LONGEST_SIGH = 6  # words; a longer complaint is one, however sad


def called_for(turn: Turn) -> str | None:
    """The word of sympathy (its response's name) that a typed message calls for; None where it calls for none."""
    said = turn.text.replace("’", "'")
    if _DEATH.search(said):
        return "utter_part_condolence"
    if _TEARS.search(said) or (_SIGH.search(said) and _has_been_rejected(turn)):
        return "utter_part_sympathy"
    return None


def _has_been_rejected(turn: Turn) -> bool:
    offer = turn.slot("open_offer") or {}
    return offer.get("kind") == "feedback_call" or offer.get("topic") == "feedback"


def is_the_matter(turn: Turn) -> bool:
    """Whether nothing else is asked than to be heard, or nothing that is understood."""
    if turn.intent == "complaint":
        return len(turn.text.split()) <= _LONGEST_SIGH
    return turn.intent in _MISTAKEN


def answer(turn: Turn, response: str) -> None:
    """Say it, and what was offered once more; else offer a person."""
    words = texts.sentence(response, turn.language)
    offer = turn.slot("open_offer") or {}
    more = [replies.question(turn, intent) for intent in _asked_besides(turn)]
    if offer.get("buttons"):
        replies.say(turn, "utter_sympathy_offer_stands", words=words, buttons=[*offers.again(turn, offer), *more])
    else:
        replies.say(turn, "utter_sympathy_person", words=words, buttons=[*more, offers.person(turn)])


def _asked_besides(turn: Turn) -> list[str]:
    """The likeliest question of a message that asks something, too: one or none."""
    ranking = turn.parse.get("intent_ranking") or [] if _ASKS_TOO.search(turn.text) else []
    return [str(r["name"]) for r in ranking if str(r["name"]).startswith("ask_")][:1]
