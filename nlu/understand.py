"""Many messages at once: `python -m nlu.understand --archive A --sha256 S`, from the root of the repository.

Reads JSON lines `{"text", "language"}`, writes one for each: `{"intent", "confidence", "alternatives": [{"intent",
"confidence"}…]}`. `intent` is `nlu_fallback` when the assistant would ask back. With `--smoke-test` it reads nothing and
says whether the archive could take turns: `{"passed", "sentence"}`. Errors are one sentence on standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu.loading import Archive, CannotLoad, assemble, smoke_test

if TYPE_CHECKING:
    from nlu.assistant import Assistant

ALTERNATIVES = 4


class BadLine(ValueError):
    """A line is no message; the sentence tells which."""


def messages(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(text, language) of each line that is not empty."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
            text, language = read["text"], read["language"]
        except (ValueError, TypeError, KeyError):
            raise BadLine(f"Line {number} is not a JSON object with text and language.") from None
        if not isinstance(text, str) or not isinstance(language, str):
            raise BadLine(f"Line {number}: text and language must be strings.")
        yield text, language


def understood(assistant: Assistant, text: str, language: str) -> dict[str, Any]:
    """What the assistant makes of a message, as it does in a turn, without the turn."""
    parsed = assistant.parse(text, language)
    best = parsed["intent"]
    others = [r for r in parsed.get("intent_ranking", []) if r["name"] != best["name"]]
    return {
        "intent": best["name"],
        "confidence": round(float(best["confidence"]), 4),
        "alternatives": [{"intent": r["name"], "confidence": round(float(r["confidence"]), 4)} for r in others[:ALTERNATIVES]],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 1 when the archive does not load or a line cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m nlu.understand", description=__doc__)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--sha256", required=True)
    parser.add_argument("--smoke-test", action="store_true")
    options = parser.parse_args(arguments)
    archive = Archive(options.archive, options.sha256)
    try:
        assistant = assemble(archive)
        if options.smoke_test:
            print(json.dumps(_tested(assistant)), flush=True)
            return 0
        for text, language in messages(sys.stdin):
            print(json.dumps(understood(assistant, text, language), ensure_ascii=False))
    except (CannotLoad, BadLine) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _tested(assistant: Assistant) -> dict[str, Any]:
    try:
        smoke_test(assistant)
    except CannotLoad as error:
        return {"passed": False, "sentence": str(error)}
    return {"passed": True, "sentence": ""}


if __name__ == "__main__":
    from nlu.quiet import silence_libraries

    silence_libraries()
    sys.exit(main())
