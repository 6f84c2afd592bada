"""gunicorn's settings: one greenlet a request, so that open streams cost next to nothing.

The application is loaded before the port is opened (`preload_app`): who connects sooner is refused, and a proxy asks
another gateway at once. With an open port and nobody behind it, requests would wait until a new gateway has loaded,
which takes seconds, and on a busy machine longer than any proxy waits. What the application imports must then be
patched before, in the process that loads it; what watches over processes there (signals, its queue) stays as it is.
"""

from __future__ import annotations

from gevent import monkey

from api.lean import entry_points_read_once

with entry_points_read_once():
    monkey.patch_all(os=False, signal=False, queue=False, subprocess=False)

# ruff: noqa: E402
import gc
import os
import resource
import shutil
import threading
from typing import Any

gc.disable()  # while all is loaded: hardly anything becomes garbage, and looking for some takes a tenth of the start

from api.config import load_settings


def allow_streams(wanted: int) -> int:
    """Let this process have `wanted` files if the system lets it: each open stream is one, and shells often allow 1,024. How many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft != unlimited and soft < wanted:
        soft = wanted if hard == unlimited else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


_settings = load_settings()
if _settings.workers > 1:  # each process counts into files of its own, and whichever is asked adds them up
    _counts = _settings.var / "metrics"
    shutil.rmtree(_counts, ignore_errors=True)
    _counts.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_counts)
bind = f"{_settings.host}:{_settings.port}"
workers = _settings.workers
worker_class = "api.gevent_worker.Worker"
worker_connections = 10_000
allow_streams(worker_connections + 500)  # besides streams: the database, Redis, assistants
keepalive = 30
graceful_timeout = 20
timeout = 60
limit_request_line = 4096
limit_request_field_size = 8190
accesslog = None
errorlog = "-"
loglevel = "warning"
forwarded_allow_ips = "127.0.0.1"
control_socket_disable = True
preload_app = True


def pre_fork(server: Any, worker: Any) -> None:
    """Let timers that loading has set (the limiter's) go off in this process: the new one would not know their threads.

    What is loaded stays: a look through it for garbage would only make each process's memory its own.
    """
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(1)
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """From here on there is garbage."""
    gc.enable()


def post_worker_init(worker: Any) -> None:
    """Load what a first message would otherwise wait for, once the worker already answers; end streams when it leaves."""
    from gevent import spawn_later

    from api.answers.company import load_company
    from api.assistant import address, language
    from api.handoff import hours
    from api.tracing import web

    web.start(worker.wsgi, "gateway")
    worker.leaves = worker.wsgi.extensions["hub"].leave
    address.follow(worker.wsgi)
    spawn_later(0.5, language.warm_up)
    spawn_later(0.6, hours.warm_up, load_company(_settings.company_file).offices)


def worker_exit(server: Any, worker: Any) -> None:
    """Let the last traces go, once the last requests have been answered."""
    from api.tracing import web

    web.stop()


def child_exit(server: Any, worker: Any) -> None:
    """What a process that has ended counted stays; what it merely showed goes."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
