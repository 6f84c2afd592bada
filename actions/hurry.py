"""A candidate with another offer who must answer soon: the recruiters of their applications are told so, as urgent."""

from __future__ import annotations

import re

from actions import applications as own_applications
from actions import offers, pay_privacy, replies
from actions.blot import blot
from actions.turn import Turn

_PLEASE = re.compile(
    r"\b(?:kan|kunde|skulle|går det|snälla)\b[^.!?\n]{0,30}\b(?:skynda|snabba|påskynda)\b|"
    r"\b(?:voitte\w*|voisitte\w*|voiko|voisiko|pystyt\w*|voitais\w*)\b[^.!?\n]{0,30}\b(?:kiirehti\w*|kiirehtii|nopeutta\w*|vauhditta\w*|joudutta\w*)|"
    r"\b(?:can|could|would|will|please)\b[^.!?\n]{0,30}\b(?:speed (?:it|this|things|the process|up)|hurry|expedite|fast-?track|move faster)\b",
    re.IGNORECASE,
)
_OTHER_OFFER = re.compile(
    r"\b(?:annat|nytt|ett) (?:jobb)?erbjudande\b|\bannat jobb\b|\berbjudande (?:från|av|hos) (?:en |ett )?(?:annan|annat)\b|"
    r"\b(?:toi[ns]\w+|muual\w+) (?:työ)?(?:tarjou\w*|paik\w*)|\btyötarjou\w*|\btarjous muualta\b|"
    r"\b(?:another|other|competing|different) (?:job )?offer\b|\boffer from (?:another|a different|someone else)\b|\boffered another job\b",
    re.IGNORECASE,
)
_MUST_ANSWER = re.compile(
    r"\b(?:måste|behöver|ska) (?:jag )?(?:\w+ )?(?:svara|ge svar|ge besked|bestämma mig|ha besked|ha svar)\b|"
    r"\b(?:pitää|pitäis\w*|täytyy|pakko) (?:\w+ ){0,2}(?:vastata|päättää|ilmoittaa|vastaus)\b|"
    r"\b(?:have|need|must|got) (?:to )?(?:answer|reply|decide|respond|let them know|give)\b",
    re.IGNORECASE,
)
QUESTION = "ask_next_contact"  # what such a message is taken for: who gets in touch when is told besides
ASKED_WITH = frozenset([QUESTION, "ask_application_status"])
# What such a message may be mistaken for.
MISTAKEN_FOR = frozenset(
    ["verify_offer", "nlu_fallback", "out_of_scope", "ask_response_time", "ask_process", "ask_deadline", "reschedule_interview", "affirm", "chitchat"]
)


def found_in(text: str) -> bool:
    """Whether somebody asks for haste, or has another offer that they must answer."""
    return bool(_PLEASE.search(text)) or bool(_OTHER_OFFER.search(text) and _MUST_ANSWER.search(text))


async def tell_recruiters(turn: Turn) -> None:
    """Pass the words on to the recruiters of all running applications of the verified candidate, once, and say so."""
    running = [a for a in await own_applications.own(turn) if a["status"] == "active"]
    if not running:
        return
    words = blot(turn.words, pay_privacy.earlier_pay_spans(turn.words, turn.intent))
    contacts = list(dict.fromkeys(own_applications.contact_name(turn, application) for application in running))
    told = False
    for application in running:
        if offers.first_time(turn, f"hurry:{application['ref']}"):
            told = True
            replies.effect(turn, "ask_recruiter", topic="hurry", priority="high", role=application["role_ref"], question=words)
    replies.say(turn, "utter_hurry_told" if told else "utter_question_sent_already", contact=", ".join(contacts))
