"""Stock Rasa for the bench: `rasa run` with what `rasa init` configures, and `rasa run actions` beside it.

Our domain, stories, examples and actions. One epoch of everything that has epochs: it says less well what was meant,
but works as fast as after a hundred.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from api.config import ROOT
from tests.bench.processes import Server, environment, free_port, running

RASA = str(ROOT / "nlu" / ".venv" / "bin" / "rasa")
INPUTS = ("nlu/domain", "nlu/data", "stories")
# Rasa 3.6.21's defaults (what it prints when a configuration names none), but for the epochs.
CONFIG = """\
recipe: default.v1
assistant_id: stock
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 1
    constrain_similarities: true
  - name: EntitySynonymMapper
  - name: ResponseSelector
    epochs: 1
    constrain_similarities: true
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
policies:
  - name: MemoizationPolicy
  - name: RulePolicy
  - name: UnexpecTEDIntentPolicy
    max_history: 5
    epochs: 1
  - name: TEDPolicy
    max_history: 5
    epochs: 1
    constrain_similarities: true
"""


def trained(cache: Path) -> Path:
    """The archive for today's domain, stories and examples; trained if it is not in the cache."""
    archive = cache / f"stock-{_hash()}.tar.gz"
    if archive.exists():
        return archive
    cache.mkdir(parents=True, exist_ok=True)
    config = cache / "stock-config.yml"
    config.write_text(CONFIG)
    print("training stock Rasa, once for these data: some minutes …", file=sys.stderr)
    command = ["nice", "-n", "10", RASA, "train", "--config", str(config), "--domain", INPUTS[0], "--data", *INPUTS[1:], "--out", str(cache)]
    with (cache / "stock-training.log").open("wb") as log:
        subprocess.run([*command, "--fixed-model-name", "training"], cwd=ROOT, env=_quiet(), stdout=log, stderr=log, check=True, timeout=3000)
    (cache / "training.tar.gz").replace(archive)
    return archive


def _hash() -> str:
    digest = hashlib.sha256(CONFIG.encode())
    for folder in INPUTS:
        for path in sorted((ROOT / folder).rglob("*.yml")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _quiet(**own: str) -> dict[str, str]:
    return environment(TF_CPP_MIN_LOG_LEVEL="3", LOG_LEVEL="ERROR", **own)


def rasa(archive: Path, folder: Path, actions_port: int) -> AbstractContextManager[Server]:
    """`rasa run` alone; its address is that of `ready_url`."""
    port = free_port()
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n")
    serve = [RASA, "run", "--model", str(archive), "--port", str(port), "--interface", "127.0.0.1"]
    serve += ["--credentials", str(folder / "credentials.yml"), "--endpoints", str(folder / "endpoints.yml")]
    return running("stock", serve, _quiet(), folder, f"http://127.0.0.1:{port}/webhooks/rest/")


@contextmanager
def stock(archive: Path, folder: Path, internal_url: str, secret: str) -> Iterator[tuple[str, list[Server]]]:
    """The REST channel's address and both servers, while they run."""
    port = free_port()
    actions = [RASA, "run", "actions", "--actions", "tests.bench.stock_actions", "--port", str(port)]
    told = _quiet(DESK_INTERNAL_URL=internal_url, DESK_ASSISTANT_SECRET=secret)
    with running("stock-actions", actions, told, folder, f"http://127.0.0.1:{port}/health") as one, rasa(archive, folder, port) as other:
        yield other.ready_url.removesuffix("/webhooks/rest/"), [one, other]
