"""What is masked, and what is not."""

from __future__ import annotations

import pytest

from api.reviews.masking import mask

MASKED = [
    ("sv", "Min mejl är anna.berg@exempel.se, tack", "Min mejl är •••, tack"),
    ("en", "write to ANNA (at) post (dot) fi please", "write to ••• please"),
    ("sv", "nås på kalle snabel-a post punkt se", "nås på •••"),
    ("sv", "mitt personnummer är 811218-9876", "mitt personnummer är •••"),
    ("sv", "19811218 9876 står det", "••• står det"),
    ("sv", "8112189876", "•••"),
    ("sv", "fel siffra: 811218-9877", "fel siffra: •••"),
    ("sv", "samordningsnummer 701063-2391", "samordningsnummer •••"),
    ("fi", "hetu 131052-308T", "hetu •••"),
    ("fi", "se on 010594a903k eikä muuta", "se on ••• eikä muuta"),
    ("fi", "väärin 131052-308X", "väärin •••"),
    ("fi", "olen syntynyt 12.5.1990 Turussa", "olen syntynyt ••• Turussa"),
    ("sv", "ring 070-123 45 67 i kväll", "ring ••• i kväll"),
    ("sv", "ring +46 8 123 456 78", "ring •••"),
    ("fi", "soita 040 1234567", "soita •••"),
    ("fi", "numero on 0401234567.", "numero on •••."),
    ("en", "my number is +44 20 7946 0958", "my number is •••"),
    ("sv", "kontot SE45 5000 0000 0583 9825 7466", "kontot •••"),
    ("sv", "jag bor på Storgatan 12, får jag jobba hemma?", "jag bor på •••, får jag jobba hemma?"),
    ("fi", "asun osoitteessa Mannerheimintie 5 A 12", "asun osoitteessa •••"),
    ("en", "see https://www.linkedin.com/in/anna-berg-12", "see www.linkedin.com/•••"),
    ("sv", "Jag heter Anna Berg och undrar om lönen", "Jag heter ••• och undrar om lönen"),
    ("sv", "jag heter anna berg och undrar om lönen", "jag heter ••• och undrar om lönen"),
    ("fi", "nimeni on Zeki Öz, milloin kuulen?", "nimeni on •••, milloin kuulen?"),
    ("en", "Hi, my name is Xyra and I applied", "Hi, my name is ••• and I applied"),
    ("en", "I'm Robert Lindqvist from Umeå", "I'm ••• from Umeå"),
    ("fi", "Voiko Mikolle soittaa? Mikko Virtanen tietää", "Voiko ••• soittaa? ••• tietää"),
    ("sv", "När hör Anna av sig? Annas kollega sa fredag.", "När hör ••• av sig? ••• kollega sa fredag."),
    ("sv", "När får jag svar? Mvh Xerxes Ek", "När får jag svar? Mvh •••"),
    ("en", "Is Mr Oduya in?", "Is Mr ••• in?"),
]
KEPT = [
    ("sv", "Hur mycket tjänar man, 38 000–45 000 kr i månaden?"),
    ("sv", "är lönen 32000 kr?"),
    ("fi", "onko palkka 2 500–3 100 €/kk"),
    ("en", "I am Swedish, do I need a permit?"),
    ("sv", "sista dag 2026-12-01 eller 01-02-2027?"),
    ("sv", "gäller det REF-2024-113 eller jobb 4711?"),
    ("sv", "Per timme eller per månad?"),
    ("fi", "olen kiinnostunut, Helsinki vai Turku?"),
    ("en", "Will you call me back?"),
    ("sv", "jag tjänar ••• ••••• kr"),
    ("sv", "Får jag ta med min hund till jobbet?"),
    ("en", "room for 1 200 000 parcels in 24/7 shifts"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "masked"), MASKED)
def test_personal_data_is_masked(language: str, text: str, masked: str) -> None:
    assert mask(text, language) == masked


@pytest.mark.parametrize(("language", "text"), KEPT)
def test_other_numbers_and_words_stay(language: str, text: str) -> None:
    assert mask(text, language) == text


def test_the_candidates_own_name_is_masked_in_every_form() -> None:
    names = ["Per Ödla-Lund", ""]
    assert mask("per timme? Per här, ÖDLA-LUND eller Per Ödla-Lunds ansökan", "sv", names) == "per timme? ••• här, ••• eller ••• ansökan"


def test_masking_twice_changes_nothing() -> None:
    for language, text, masked in MASKED:
        assert mask(masked, language) == masked, text
