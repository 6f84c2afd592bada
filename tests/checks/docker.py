"""Images, compose and proxy: linted, of the published schema, with settings that exist and secrets that have no default."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from api.config import Settings
from nlu.absent import UNUSED, UNUSED_WHEN_SERVING

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
BIN = Path(sys.executable).parent
NLU = ROOT / "nlu" / ".venv" / "bin" / "python"
COMPOSE = DOCKER / "compose.yaml"
# What the assistant and its actions read.
READERS = ("nlu/server.py", "nlu/train.py", "actions/gateway.py")
SETTING = re.compile(r"\bDESK_[A-Z0-9_]+")
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)(:?[-?]?)")
MAY_HAVE_DEFAULT = {"GATEWAY_IMAGE", "ASSISTANT_IMAGE", "DESK_WIDGET_ORIGINS", "OTEL_EXPORTER_OTLP_ENDPOINT"}
KEPT = {"tzdata"}  # small, and wanted where a base image has no time zones


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    faults = [*linted(), *of_schema(), *proxy(), *unknown_settings(), *variables(), *hardening(), *unneeded()]
    print("\n".join(faults))
    return 1 if faults else 0


def linted() -> Iterator[str]:
    """hadolint's opinion of each Dockerfile."""
    yield from _run([str(BIN / "hadolint"), "--no-color", *map(str, sorted(DOCKER.glob("*.Dockerfile")))])


def of_schema() -> Iterator[str]:
    """The compose files against the compose specification, as shipped with check-jsonschema."""
    yield from _run([str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *map(str, sorted(DOCKER.glob("compose*.yaml")))])


def proxy() -> Iterator[str]:
    """Caddy reads its file, and finds it in its own layout."""
    caddy, file = str(BIN / "caddy"), str(DOCKER / "Caddyfile")
    yield from _run([caddy, "validate", "--adapter", "caddyfile", "--config", file], DOMAIN="localhost")
    if subprocess.run([caddy, "fmt", file], capture_output=True, check=False).stdout != (DOCKER / "Caddyfile").read_bytes():
        yield "docker/Caddyfile: run `caddy fmt --overwrite`"


def unknown_settings() -> Iterator[str]:
    """Each DESK_… in docker/ is read by somebody."""
    known = {f"DESK_{name.upper()}" for name in Settings.model_fields}
    for reader in READERS:
        known.update(SETTING.findall((ROOT / reader).read_text()))
    for path in sorted(p for p in DOCKER.rglob("*") if p.is_file()):
        for name in sorted(set(SETTING.findall(path.read_text())) - known):
            yield f"{path.relative_to(ROOT)}: nobody reads {name}"


def variables() -> Iterator[str]:
    """What compose takes from .env is in the example, without a value if it is secret, and without a default."""
    example = dict(line.lstrip("# ").split("=", 1) for line in (DOCKER / ".env.example").read_text().splitlines() if re.match(r"(# )?[A-Z_]+=", line))
    used = VARIABLE.findall(COMPOSE.read_text())
    for name, kind in used:
        if "-" in kind and name not in MAY_HAVE_DEFAULT:
            yield f"docker/compose.yaml: {name} has a default"
        if not kind:
            yield f"docker/compose.yaml: {name} may be missing without a word; write ${{{name}:?…}}"
    for name in {n for n, _ in used} ^ set(example):
        yield f"docker/.env.example and docker/compose.yaml: {name} is in only one of them"
    for name, value in example.items():
        if value and re.search("SECRET|PASSWORD|SMTP_URL", name):
            yield f"docker/.env.example: {name} has a value"


def hardening() -> Iterator[str]:
    """Ours run without rights on a read-only root; the assistant reaches gateways only."""
    services: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
    for name, service in services.items():
        if name != "postgres" and not (service.get("read_only") and service.get("cap_drop") == ["ALL"]):
            yield f"docker/compose.yaml: {name} wants read_only and cap_drop: [ALL]"
        if name not in ("migrate",) and "limits" not in service.get("deploy", {}).get("resources", {}):
            yield f"docker/compose.yaml: {name} has no limits"
        if name != "proxy" and "ports" in service:
            yield f"docker/compose.yaml: {name} is open to the outside"
    networks = yaml.safe_load(COMPOSE.read_text())["networks"]
    if services["assistant"]["networks"] != ["assistants"] or not networks["assistants"]["internal"] or not networks["stores"]["internal"]:
        yield "docker/compose.yaml: the assistant reaches more than gateways"
    with_stores = {name for name, service in services.items() if "stores" in service["networks"]}
    if with_stores != {"gateway", "worker", "migrate", "postgres", "redis"}:
        yield f"docker/compose.yaml: the stores are reached by {sorted(with_stores)}"


def unneeded() -> Iterator[str]:
    """The lists of what the assistant's image leaves out are those of nlu/absent.py, with all that only those need."""
    never, serving = _only_for(UNUSED), _only_for(UNUSED_WHEN_SERVING)
    for name, wanted in (("unneeded.txt", never), ("unneeded-when-serving.txt", serving - never)):
        found = set((DOCKER / name).read_text().split())
        if found != wanted:
            yield f"docker/{name}: missing {sorted(wanted - found)}, too much {sorted(found - wanted)}"


def _only_for(modules: frozenset[str]) -> set[str]:
    """Packages of the assistant's lock that are needed for these modules only."""
    packages = {p["name"]: p for p in tomllib.loads((ROOT / "nlu" / "uv.lock").read_text())["package"]}
    provided = json.loads(subprocess.run([str(NLU), "-c", PROVIDED], capture_output=True, text=True, check=True).stdout)
    absent = {_normal(package) for module in modules for package in provided.get(module, ())}
    absent |= {name for name in packages if name.startswith("tensorflow") or name in modules}
    needed: set[str] = set()
    todo = ["applicant-desk-assistant", *(p["name"] for p in packages["applicant-desk-assistant"]["dev-dependencies"]["dev"])]
    while todo:
        name = todo.pop()
        if name not in needed and name not in absent:
            needed.add(name)
            todo += [d["name"] for d in packages[name].get("dependencies", ())]
    return set(packages) - needed - KEPT


# Which packages give which modules, as installed for the assistant. SciPy's own record names none.
PROVIDED = "import importlib.metadata as m, json; print(json.dumps({k: sorted(set(v)) for k, v in m.packages_distributions().items()}))"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _run(command: list[str], **more: str) -> Iterator[str]:
    done = subprocess.run(command, cwd=ROOT, env=os.environ | more, capture_output=True, text=True, check=False)
    if done.returncode:
        yield f"{Path(command[0]).name}:\n{(done.stdout + done.stderr).strip()}"


if __name__ == "__main__":
    sys.exit(main())
