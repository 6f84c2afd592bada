"""What the bench's candidates say: ten messages a round, in three languages, plain ones and ones with facts."""

from __future__ import annotations

# greeting, pay, roles, how to apply, own status (refused: nobody has proved who they are), out of that form again,
# remote work, benefits, the process, thanks
ROUND = {
    "sv": (
        "Hej!",
        "Vad är lönen?",
        "Vilka jobb har ni i Stockholm?",
        "Hur söker jag jobbet?",
        "Hur går det med min ansökan?",
        "Avbryt",
        "Kan man jobba på distans?",
        "Vilka förmåner har ni?",
        "Hur ser rekryteringsprocessen ut?",
        "Tack så mycket!",
    ),
    "fi": (
        "Hei!",
        "Mikä on palkka?",
        "Mitä avoimia työpaikkoja teillä on Helsingissä?",
        "Miten haen paikkaa?",
        "Missä vaiheessa hakemukseni on?",
        "Peruuta",
        "Voiko työtä tehdä etänä?",
        "Mitä etuja teillä on?",
        "Miten rekrytointiprosessi etenee?",
        "Kiitos paljon!",
    ),
    "en": (
        "Hello!",
        "What is the salary?",
        "Which jobs do you have in Stockholm?",
        "How do I apply for the job?",
        "How is my application doing?",
        "Cancel",
        "Can I work remotely?",
        "What benefits do you offer?",
        "What does the recruitment process look like?",
        "Thank you very much!",
    ),
}
LANGUAGES = tuple(ROUND)
ROLE = "LV-101"  # the page that every candidate of the bench stands on


def language_of(conversation: int) -> str:
    """The language of the nth conversation: each in turn."""
    return LANGUAGES[conversation % len(LANGUAGES)]


def message(language: str, turn: int) -> str:
    """What is said at a turn, counted from 1."""
    said = ROUND[language]
    return said[(turn - 1) % len(said)]
