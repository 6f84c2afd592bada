"""A job of the load client, done by a process of its own: it shares no interpreter with whoever measures."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

from api.config import ROOT
from tests.bench.load import ANSWER_SECONDS, Done, Job
from tests.bench.processes import environment


def played(job: Job) -> Done:
    """What came of it. Raises `subprocess.SubprocessError`."""
    command, limit = [sys.executable, "-m", "tests.bench.load"], job.seconds + 2 * ANSWER_SECONDS
    said = subprocess.run(command, input=json.dumps(asdict(job)), capture_output=True, text=True, cwd=ROOT, env=environment(), timeout=limit, check=True)
    return Done(**json.loads(said.stdout))
