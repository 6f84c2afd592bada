"""`make faults`: candidates write while the desk is harmed; then every conversation is looked at.

`python -m tests.faults.run [--short]`. Each fault strikes a stand that is already at work, on SQLite with one gateway, on
PostgreSQL with Redis and two, and, in the whole list, on the same with PgBouncer in between. The table goes to docs/faults.md; 1 if anything was lost or doubled.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from api.config import ROOT
from tests import postgres
from tests.faults import pooler
from tests.faults.harms import FAULTS, Fault
from tests.faults.stand import Kind, Stand
from tests.faults.traffic import Candidate, all_at_once
from tests.faults.trials import TRIALS, Trial
from tests.faults.verdict import Verdict, judge, wait_until_quiet

DOCS = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- figures of `make faults`: begin -->", "<!-- figures of `make faults`: end -->"
KINDS = (Kind(), Kind(postgresql=True, redis=True, gateways=2), Kind(postgresql=True, pooled=True, redis=True, gateways=2))
CANDIDATES, MESSAGES = 4, 6


def strike(stand: Stand, fault: Fault) -> tuple[int, Verdict]:
    """Candidates write before, while and after the fault strikes. How many faults there were, and what became of all messages."""
    candidates = [Candidate(stand, number) for number in range(CANDIDATES)]
    for thread in all_at_once(candidates, ["before"]):
        thread.join()
    going = threading.Event()
    going.set()
    threads = [threading.Thread(target=_write_on, args=(c, going), daemon=True) for c in candidates]
    for thread in threads:
        thread.start()
    struck = fault.harm(stand)
    going.clear()
    for thread in threads:
        thread.join()
    stand.wait()
    for thread in all_at_once(candidates, ["after, please"]):
        thread.join()
    wait_until_quiet(stand, candidates)
    verdict = judge(stand, candidates)
    for candidate in candidates:
        candidate.leave()
    return struck, verdict


def _write_on(candidate: Candidate, going: threading.Event) -> None:
    """At least so many messages, and more for as long as the fault lasts; each third asks for something to be done."""
    number = 0
    while number < MESSAGES or (going.is_set() and number < 200):
        number += 1
        candidate.write(f"message {number}{', please' if number % 3 == 0 else ''}")
        time.sleep(0.05)


def run(kind: Kind, faults: list[Fault | Trial]) -> Iterator[tuple[Fault | Trial, int, Verdict]]:
    """Each fault in turn on one stand."""
    with tempfile.TemporaryDirectory(prefix="desk-faults-") as folder:
        stand = Stand(Path(folder), kind)
        try:
            stand.wait()
            for fault in faults:
                yield fault, *(fault.play(stand) if isinstance(fault, Trial) else strike(stand, fault))
        finally:
            stand.close()


def chosen(kind: Kind, short: bool, part: str = "") -> list[Fault | Trial]:
    """What is tried on this kind of stand; `part` of the name, if only some are wanted."""
    every: list[Fault | Trial] = [*(f for f in FAULTS if f.needs(kind)), *TRIALS]
    return [f for f in every if (f.short or not short) and part in f.name]


def main() -> int:
    """Strike, tell, and write it down."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.run", description=__doc__)
    parser.add_argument("--short", action="store_true", help="only those that CI tries; docs/faults.md stays as it is")
    parser.add_argument("--only", help="a part of a fault's name")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # what was started ends with it
    rows, failed, begun = [], False, time.monotonic()
    for kind in (kind for kind in KINDS if not (kind.pooled and options.short) and _is_possible(kind)):
        for fault, struck, verdict in run(kind, chosen(kind, options.short, options.only or "")):
            failed |= bool(verdict.wrong) or not struck
            rows.append((str(kind), fault.name, struck, verdict))
            print(f"{kind}: {fault.name}: {struck} faults, {verdict.messages} messages, {verdict.lost} lost, {verdict.doubled} doubled, ", end="")
            print(f"taken within {verdict.longest:.1f} s", *(f"\n    {line}" for line in verdict.wrong[:10]), flush=True)
    if not options.short and not options.only:
        _write_down(rows, time.monotonic() - begun)
    return 1 if failed else 0


def _is_possible(kind: Kind) -> bool:
    """Whether its servers are installed; in CI they must be."""
    if not kind.postgresql or os.environ.get("CI") == "true":
        return True
    needed = [("PostgreSQL", postgres.binaries()), ("Redis", shutil.which("redis-server")), *([("PgBouncer", pooler.program())] if kind.pooled else [])]
    missing = [name for name, found in needed if not found]
    if missing:
        print(f"{kind}: not tried, because {' and '.join(missing)} is not installed")
    return not missing


def _write_down(rows: list[tuple[str, str, int, Verdict]], seconds: float) -> None:
    lines = ["| desk on | fault | times | messages | lost | doubled | longest until taken, s |", "|---|---|---:|---:|---:|---:|---:|"]
    lines += [f"| {kind} | {name} | {struck} | {v.messages} | {v.lost} | {v.doubled} | {v.longest:.1f} |" for kind, name, struck, v in rows]
    total = [sum(r[2] for r in rows), sum(r[3].messages for r in rows), sum(r[3].lost for r in rows), sum(r[3].doubled for r in rows)]
    lines.append(f"| **all** | | **{total[0]}** | **{total[1]}** | **{total[2]}** | **{total[3]}** | {max(r[3].longest for r in rows):.1f} |")
    lines.append(f"\nMeasured {datetime.now(UTC):%Y-%m-%d} in {seconds / 60:.0f} minutes, on 2 cores that also ran the candidates.")
    written = DOCS.read_text("utf-8")
    figures = f"{BEGIN}\n" + "\n".join(lines) + f"\n{END}"
    DOCS.write_text(re.sub(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: figures, written, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
