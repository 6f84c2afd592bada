"""The four figures and the worst confusions: `python -m nlu.evaluate`, from the repository's root.

Plays every question of `tests/nlu/<language>/blind.tsv` to the trained assistant. What is offered when
it asks back is what the action would show.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu.split import two_questions
from nlu.train import models_folder

if TYPE_CHECKING:
    from nlu.assistant import Assistant

LANGUAGES = ("sv", "fi", "en")
OUT_OF_SCOPE, FALLBACK = "out_of_scope", "nlu_fallback"
GOALS = {"right_at_once": 0.85, "right_or_offered": 0.93, "wrong_with_confidence": 0.06, "out_of_scope_recall": 0.75, "wrongly_split": 0.02}
AT_MOST = ("wrong_with_confidence", "wrongly_split")
WORST = 8


@dataclass(frozen=True)
class Question:
    """A message of an evaluation set and the intent that two careful people give it."""

    language: str
    intent: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What the assistant made of a question: an intent, and what it offered when it asked back."""

    question: Question
    intent: str
    offered: frozenset[str] = frozenset()
    split: bool = False  # taken for two questions

    @property
    def in_scope(self) -> bool:
        """Whether the question is one that the desk answers."""
        return self.question.intent != OUT_OF_SCOPE

    @property
    def right(self) -> bool:
        """Understood at once."""
        return self.intent == self.question.intent

    @property
    def asked_back(self) -> bool:
        """Not understood well enough to answer."""
        return self.intent == FALLBACK


@dataclass(frozen=True)
class Figures:
    """Shares of the in-scope questions; of the others for `out_of_scope_*`, of all for `wrongly_split`."""

    questions: int
    right_at_once: float
    right_or_offered: float
    wrong_with_confidence: float
    asked_back: float
    out_of_scope_recall: float
    out_of_scope_not_answered: float
    wrongly_split: float


def read_questions(folder: Path, name: str) -> list[Question]:
    """The set `<folder>/<language>/<name>.tsv` of all languages: lines of `intent<TAB>text`."""
    found = []
    for language in LANGUAGES:
        for line in (folder / language / f"{name}.tsv").read_text("utf-8").splitlines():
            intent, tab, text = line.partition("\t")
            if tab and not line.startswith("#"):
                found.append(Question(language, intent, text))
    return found


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """The measures of one language."""
    inside = [o for o in outcomes if o.in_scope]
    outside = [o for o in outcomes if not o.in_scope]
    offered = [o for o in inside if o.right or (o.asked_back and o.question.intent in o.offered)]
    return Figures(
        questions=len(outcomes),
        right_at_once=_share(sum(o.right for o in inside), inside),
        right_or_offered=_share(len(offered), inside),
        wrong_with_confidence=_share(sum(not o.right and not o.asked_back for o in inside), inside),
        asked_back=_share(sum(o.asked_back for o in inside), inside),
        out_of_scope_recall=_share(sum(o.right for o in outside), outside),
        out_of_scope_not_answered=_share(sum(o.right or o.asked_back for o in outside), outside),
        wrongly_split=_share(sum(o.split for o in outcomes), outcomes),
    )


def _share(count: int, of: Sequence[Outcome]) -> float:
    return round(count / len(of), 4) if of else 0.0


def confusions(outcomes: Iterable[Outcome]) -> list[tuple[str, str, int]]:
    """(meant, taken for, how often), the most frequent first; asking back is no confusion."""
    pairs = Counter((o.question.intent, o.intent) for o in outcomes if not o.right and not o.asked_back)
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(meant, taken, count) for (meant, taken), count in ordered[:WORST]]


def missed(measured: Figures) -> list[str]:
    """The goals that are not reached."""
    written = asdict(measured)
    return [name for name, goal in GOALS.items() if (written[name] > goal if name in AT_MOST else written[name] < goal)]


def table(by_language: dict[str, Figures]) -> str:
    """A markdown table, one row a language."""
    names = [name for name in Figures.__annotations__ if name != "questions"]
    head = "| language | questions | " + " | ".join(name.replace("_", " ") for name in names) + " |"
    rows = [head, "|---" * (len(names) + 2) + "|"]
    for language, measured in by_language.items():
        written = asdict(measured)
        rows.append(f"| {language} | {measured.questions} | " + " | ".join(f"{written[name]:.3f}" for name in names) + " |")
    goals = [f"{'≤' if name in AT_MOST else '≥'} {GOALS[name]}" if name in GOALS else "" for name in names]
    rows.append("| goal | | " + " | ".join(goals) + " |")
    return "\n".join(rows)


def play(assistant: Assistant, questions: Sequence[Question]) -> list[Outcome]:
    """Let the assistant understand every question, each on its own."""
    outcomes = []
    for question in questions:
        parsed = assistant.parse(question.text, question.language)
        intent = parsed["intent"]["name"]
        offered = _offered(parsed, question.language) if intent == FALLBACK else frozenset()
        halves = two_questions(question.text, parsed, lambda part, language=question.language: assistant.parse(part, language))
        outcomes.append(Outcome(question, intent, offered, halves is not None))
    return outcomes


def _offered(parsed: dict[str, Any], language: str) -> frozenset[str]:
    """The questions on the buttons of 'did you mean', and the person who can always be asked for."""
    from rasa_sdk.executor import CollectingDispatcher
    from rasa_sdk.interfaces import Tracker

    from actions.limits import suggestions
    from actions.turn import Turn

    tracker = Tracker("evaluation", {"language": language}, parsed, [], False, None, {}, None)
    return frozenset([*suggestions(Turn(CollectingDispatcher(), tracker)), "request_human"])


def trained_on(data: Path) -> set[tuple[str, str]]:
    """(language, folded text) of every training example."""
    import yaml

    from nlu.components.features import words_of

    found = set()
    for language in LANGUAGES:
        for file in (data / language).glob("*.yml"):
            for entry in yaml.safe_load(file.read_text("utf-8"))["nlu"]:
                lines = (entry.get("examples") or "").splitlines()
                found.update((language, " ".join(words_of(line.removeprefix("- ")))) for line in lines)
    return found


def report(outcomes: list[Outcome], known: set[tuple[str, str]]) -> dict[str, object]:
    """Everything measured, ready for JSON."""
    from nlu.components.features import words_of

    new = [o for o in outcomes if (o.question.language, " ".join(words_of(o.question.text))) not in known]
    by_language = {name: [o for o in outcomes if o.question.language == name] for name in LANGUAGES}
    return {
        "figures": {name: asdict(figures(found)) for name, found in by_language.items()},
        "figures_without_examples": {name: asdict(figures([o for o in new if o.question.language == name])) for name in LANGUAGES},
        "confusions": {name: confusions(found) for name, found in by_language.items()},
        "mistakes": [[o.question.language, o.question.intent, o.intent, o.question.text] for o in outcomes if not o.right],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 when a goal is missed in any language."""
    parser = argparse.ArgumentParser(prog="python -m nlu.evaluate", description=__doc__)
    parser.add_argument("--set", default="blind", help="which <set>.tsv to play")
    parser.add_argument("--questions", type=Path, default=Path("tests/nlu"))
    parser.add_argument("--json", type=Path, default=models_folder().parent / "evaluation.json", help="where to write all that was measured")
    options = parser.parse_args(arguments)
    from nlu.loading import load, newest_archive

    assistant = load(newest_archive(), lambda step: None)
    outcomes = play(assistant, read_questions(options.questions, options.set))
    measured = report(outcomes, trained_on(Path("nlu/data")))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"model_id": assistant.model_id, "set": options.set, **measured}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return _print(outcomes, measured)


def _print(outcomes: list[Outcome], measured: dict[str, object]) -> int:
    by_language = {name: figures([o for o in outcomes if o.question.language == name]) for name in LANGUAGES}
    print(table(by_language))
    without = measured["figures_without_examples"]
    print("\nWithout the questions that happen to stand among the training examples:\n")
    print(table({name: Figures(**values) for name, values in without.items()}))  # type: ignore[attr-defined]
    failed = False
    for name in LANGUAGES:
        worst = confusions(o for o in outcomes if o.question.language == name)
        print(f"\n{name}, taken for something else: " + "; ".join(f"{meant} → {taken} ({count})" for meant, taken, count in worst))
        for goal in missed(by_language[name]):
            failed = True
            print(f"{name}: {goal.replace('_', ' ')} misses its goal of {GOALS[goal]}")
    return 1 if failed else 0


if __name__ == "__main__":
    from nlu.quiet import silence_libraries

    silence_libraries()
    sys.exit(main())
