"""How long our assistant takes to understand one message, alone: `nlu/.venv/bin/python -m tests.bench.nlu_time`, from the root.

Everything between text and intent with entities, one message after the other, the bench's ten in three languages; prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import quantiles

from nlu.loading import assemble, newest_archive
from nlu.quiet import silence_libraries
from tests.bench.messages import ROUND

ROUNDS = 20


def main() -> int:
    """Prints `p50` and `p95`, in milliseconds."""
    assistant = assemble(newest_archive())
    messages = [(text, language) for language, texts in ROUND.items() for text in texts]
    took = []
    for _ in range(ROUNDS + 1):
        for text, language in messages:
            began = time.perf_counter()
            assistant.parse(text, language)
            took.append((time.perf_counter() - began) * 1000)
    counted = quantiles(took[len(messages) :], n=20)  # without the first round
    print(json.dumps({"p50": round(counted[9], 2), "p95": round(counted[18], 2)}))
    return 0


if __name__ == "__main__":
    silence_libraries()
    sys.exit(main())
