"""gunicorn's settings: as many files as there may be streams."""

from __future__ import annotations

import subprocess
import sys

import pytest

from api.config import ROOT

ASK = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from api.gunicorn import allow_streams
soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
assert allow_streams({soft}) == soft  # never fewer than there were
print(soft)
"""


@pytest.mark.parametrize(("soft", "hard", "got"), [(256, 4096, 4096), (256, 12_000, 10_500), (11_000, 12_000, 11_000)])
def test_a_gateway_may_open_as_many_files_as_it_serves_connections_or_as_the_system_lets_it(soft: int, hard: int, got: int) -> None:
    run = subprocess.run([sys.executable, "-c", ASK.format(soft=soft, hard=hard)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == got
