"""The assistant's keeper (`desk assistant`): runs the live NluModel's assistant, and replaces it without a gap.

It never takes turns itself. The database says which NluModel is wanted; the keeper starts a second assistant for it,
waits until that has loaded, shown that it works and warmed up, and writes its address. Gateways read that every
second; only then is the old assistant told to finish. Whatever fails on the way leaves the old one at work.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from types import FrameType

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from api.db import db, read_only, repeatable
from api.launch.children import LOAD_SECONDS, Child
from api.promotion import archives, live
from api.promotion.live import Wanted

log = structlog.get_logger()
EVERY = 0.5
# Gateways read the address every second; one that is held up for a moment still finds the old assistant.
LEAVES_AFTER = 5.0
# Seconds until an assistant that does not start is tried again; the last one goes on.
AGAIN = (1.0, 2.0, 5.0, 15.0, 30.0)
STEADY = 60.0


class Keeper:
    """`now` takes turns, `next` loads, those in `leaving` finish their last turns."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.settings = app.config["SETTINGS"]
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.now: Child | None = None
        self.next: Child | None = None
        self.leaving: list[Child] = []
        self._stop = threading.Event()
        self._seen_at = self._again_at = float("-inf")
        self._failures = 0
        self._step = ""
        self._waits_for: str | None = None
        self._settled = False

    def run(self) -> None:
        """Keep the assistant until told to stop, then end it."""
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, self._asked_to_stop)
        try:
            while not self._stop.is_set():
                self.step()
                self._stop.wait(EVERY)
        finally:
            self._end()

    def step(self) -> None:
        """Look once at everything. What goes wrong is told in the log, and tried again: the children go on meanwhile."""
        self._look_at_processes()
        with self.app.app_context():
            try:
                self._act()
            except SQLAlchemyError as error:
                log.warning("database unavailable; the assistant goes on", error=type(error).__name__)
            except Exception as error:
                log.exception("the keeper stumbled; the assistant goes on", error=type(error).__name__)
            finally:
                db.session.rollback()

    def _look_at_processes(self) -> None:
        if self.now and not self.now.is_alive():
            log.error("the assistant ended by itself, starting again", model=self.now.wants.model_id, reason=self.now.problem())
            self._later(self.now.age)
            self.now.settle()
            self.now = None
        for child in self.leaving:
            if time.monotonic() > child.leaves_at:
                child.leaves_at = float("inf")
                child.stop()
        self.leaving = [child for child in self.leaving if not child.settle()]

    def _act(self) -> None:
        if self._another_serves():
            return
        if not self._settled:
            self._settle()
        self._say_seen()
        wants = self._wanted()
        if self.next:
            self._watch(self.next, wants)
        elif wants and (self.now is None or self.now.wants.model_id != wants.model_id) and (wants.promotion_id or time.monotonic() >= self._again_at):
            self._start(wants)

    def _another_serves(self) -> bool:
        """One keeper at a time. The row of one that died on this machine counts for nothing."""
        read_only()
        other = live.serves_elsewhere(self.name)
        db.session.rollback()
        if other and _is_dead(other):
            other = None
        if other and other != self._waits_for:
            log.warning("another keeper runs the assistant; waiting until it ends", keeper=other)
        self._waits_for = other
        if other:
            self._stand_down()
        return other is not None

    def _stand_down(self) -> None:
        """Nobody asks our assistants: this process was away so long that another took over."""
        for child in filter(None, (self.now, self.next)):
            child.leaves_at = time.monotonic() + LEAVES_AFTER
            self.leaving.append(child)
        self.now = self.next = None

    def _settle(self) -> None:
        """Agree with `current.json`: a training outside the studio made a new one live; else the database is right."""
        record = archives.read_current(self.settings)
        if record and live.adopt(record):
            db.session.commit()
        found = live.live()
        right = live.record_of(found.model_id) if found else None
        db.session.rollback()
        if right and right != record and archives.path(self.settings, right.id).exists():
            archives.write_current(self.settings, right)
        self._settled = True

    def _say_seen(self) -> None:
        if self.now is None or time.monotonic() - self._seen_at < live.SEEN_EVERY.total_seconds():
            return
        repeatable()
        if not live.seen(self.name):  # the row is gone, as after a database was put back
            live.says_where(self.now.wants.model_id, self.now.address, self.name)
        db.session.commit()
        self._seen_at = time.monotonic()

    def _wanted(self) -> Wanted | None:
        """The live one first: with it turns are taken while another loads. If it does not start, what was asked for."""
        read_only()
        wanted = live.wanted()
        known = live.live() if self.now is None and not self._failures else None
        db.session.rollback()
        return known or wanted

    def _start(self, wants: Wanted) -> None:
        if wants.promotion_id:
            going = live.begin(wants.promotion_id)
            db.session.commit()
            if not going:
                return
        try:
            archive = archives.ensure(self.settings, wants.model_id, wants.sha256)
        except archives.NoArchive as error:
            self._failed(wants, str(error))
            return
        taken = {child.port for child in (self.now, *self.leaving) if child}
        self.next, self._step = Child(self.settings, wants, archive, taken, beside=self.now is not None), "loading"
        log.info("an assistant starts", model=wants.model_id, address=self.next.address, pid=self.next.pid)

    def _watch(self, child: Child, wants: Wanted | None) -> None:
        """The one that loads: is it ready, has it failed, is it still wanted?"""
        promotion = child.wants.promotion_id
        if promotion and (wants is None or wants.promotion_id != promotion):
            log.info("the promotion was withdrawn", model=child.wants.model_id)
            self._drop(child)
            return
        ready, step = child.look() if child.is_alive() else (False, "")
        if ready:
            self._put_live(child)
        elif not child.is_alive() or child.age > LOAD_SECONDS:
            self._failed(child.wants, child.problem())
            self._drop(child)
        elif promotion and step and step != self._step:
            self._step = step
            live.goes_on(promotion, step)
            db.session.commit()

    def _put_live(self, child: Child) -> None:
        if not live.takes_turns(child.wants, child.address, self.name):
            db.session.rollback()
            self._drop(child)
            return
        record = live.record_of(child.wants.model_id)
        db.session.commit()
        old, self.now, self.next = self.now, child, None
        self._failures, self._seen_at = 0, time.monotonic()
        log.info("the assistant takes turns", model=child.wants.model_id, address=child.address, seconds=round(child.age, 1))
        if old:
            old.leaves_at = time.monotonic() + LEAVES_AFTER
            self.leaving.append(old)
        if record and child.wants.promotion_id:
            archives.write_current(self.settings, record)

    def _failed(self, wants: Wanted, problem: str) -> None:
        log.error("an assistant could not be started", model=wants.model_id, reason=problem)
        if wants.promotion_id:
            live.fail(wants.promotion_id, problem)
            db.session.commit()
        else:
            self._later(0)

    def _later(self, age: float) -> None:
        """Wait before the next try, longer each time, unless it had run well for a while."""
        self._failures = 0 if age > STEADY else self._failures + 1
        self._again_at = time.monotonic() + AGAIN[min(self._failures, len(AGAIN) - 1)]

    def _drop(self, child: Child) -> None:
        self.next = None
        child.stop()
        self.leaving.append(child)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _end(self) -> None:
        """Stop all assistants, and say that there is none."""
        children = [child for child in (self.now, self.next, *self.leaving) if child]
        for child in children:
            child.stop()
        with self.app.app_context():
            try:
                live.leave(self.name)
                db.session.commit()
            except SQLAlchemyError as error:
                log.warning("database unavailable", error=type(error).__name__)
        while children := [child for child in children if not child.settle()]:
            time.sleep(0.05)


def _is_dead(keeper: str) -> bool:
    """Whether it was a process of this machine that is no more."""
    host, _, pid = keeper.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return int(pid) == os.getpid()


def run(app: Flask) -> None:
    """The keeper as a process."""
    Keeper(app).run()
