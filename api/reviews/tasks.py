"""The worker's part: finding messages worth a look, grouping them, scoring them again after a training."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import func, select

from api import clock, jobs
from api.config import ROOT
from api.db import db, read_only
from api.reviews import groups, sweep
from api.reviews.models import Review, ReviewMark

log = structlog.get_logger()
GROUPED = "grouped"
SOON, LATER, MANY = timedelta(seconds=45), timedelta(minutes=15), 5000
LONGEST = 300  # seconds
AT_ONCE = 1000  # reviews that change their group in one transaction
PYTHON = ROOT / "nlu" / ".venv" / "bin" / "python"


@jobs.job("reviews.sweep", sweep=True)
def look() -> None:
    """Find what is worth a look; have it grouped when there is something new."""
    sweep.run()
    if _due():
        jobs.later("reviews.group")


def _due() -> bool:
    """Whether reviews have come since the last grouping, and that was not just now."""
    read_only()
    mark = db.session.get(ReviewMark, GROUPED, populate_existing=True)
    newest, many = db.session.execute(select(func.max(Review.created_at), func.count()).where(Review.status == "open")).one()
    db.session.rollback()
    if newest is None:
        return False
    return mark is None or (newest > mark.at and clock.now() - mark.at >= (LATER if many > MANY else SOON))


@jobs.job("reviews.group")
def group() -> None:
    """Form the groups anew, one worker at a time; the texts go to the assistant's Python, which knows how texts are alike."""
    if not _claim():
        return
    read_only()
    rows = db.session.execute(select(Review.id, Review.key, Review.text).where(Review.status == "open").order_by(Review.asked_at)).all()
    db.session.rollback()
    ids: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    for id_, key, text in rows:
        ids.setdefault(key, []).append(id_)
        texts.setdefault(ids[key][0], text)
    wordings = [{"id": same[0], "text": texts[same[0]], "weight": len(same)} for same in ids.values()]
    same_words = {same[0]: same for same in ids.values()}
    regroup([[id_ for first in formed for id_ in same_words.get(first, ())] for formed in form(wordings)])


def _claim() -> bool:
    """Note that grouping begins now, unless another worker has just begun."""
    now = clock.now()
    mark = db.session.scalar(select(ReviewMark).where(ReviewMark.name == GROUPED).with_for_update().execution_options(populate_existing=True))
    if mark is None:
        db.session.add(ReviewMark(name=GROUPED, at=now))
    elif now - mark.at < SOON:
        db.session.rollback()
        return False
    else:
        mark.at = now
    db.session.commit()
    return True


def form(wordings: Sequence[dict[str, object]]) -> list[list[str]]:
    """Ids by group, as `nlu.grouping` sees it; none, noted in the log, if that fails."""
    if not wordings:
        return []
    command = ["nice", "-n", "15", str(PYTHON), "-m", "nlu.grouping"]
    lines = "\n".join(json.dumps(wording, ensure_ascii=False) for wording in wordings)
    try:
        done = subprocess.run(command, input=lines.encode(), capture_output=True, cwd=ROOT, timeout=LONGEST, check=True, env=_environment())
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("grouping failed", error=type(error).__name__, many=len(wordings))
        return []
    return [json.loads(line)["ids"] for line in done.stdout.decode().splitlines()]


def _environment() -> dict[str, str]:
    """Nothing of the gateway's own: no database, no secrets."""
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def regroup(formed: Sequence[Sequence[str]]) -> None:
    """Write groups in short transactions, so that nobody waits for it."""
    read_only()
    moves = groups.moves(formed)
    db.session.rollback()
    for some in _portions(moves):
        groups.carry_out(some)
        db.session.commit()


def _portions(moves: Sequence[groups.Move]) -> Iterator[list[groups.Move]]:
    some: list[groups.Move] = []
    many = 0
    for move in moves:
        some.append(move)
        many += len(move.ids)
        if many >= AT_ONCE:
            yield some
            some, many = [], 0
    if some:
        yield some
