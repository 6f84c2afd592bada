"""Manifests: of the published schemas of Kubernetes, complete as the example's overlay builds them, and hardened."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docker" / "kubernetes"
EXAMPLE = FOLDER / "overlays" / "example"
TRACES = FOLDER / "components" / "traces"
VERSION = "1.37"
SERVING = {"gateway", "assistant"}
# What else the names in manifests may point at: made by hand, or by the cluster.
SECRET_KEYS = {"database-url", "redis-url", "redis-password", "secret-key", "assistant-secret", "smtp-url"}

Manifest = dict[str, Any]


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    faults = list(dict.fromkeys(_faults()))
    print("\n".join(faults))
    return 1 if faults else 0


def _faults() -> Iterator[str]:
    base = [m for path in sorted((FOLDER / "base").glob("*.yaml")) if path.name != "kustomization.yaml" for m in _read(path.read_text())]
    yield from _check(base)
    built = _built()
    if isinstance(built, str):
        yield built
    elif built is None:
        yield from _overlay_by_hand(base)
    else:
        yield from _check(built)
        yield from _references(built)
    yield from _traces()


def _built() -> list[Manifest] | str | None:
    """The overlay as kubectl builds it; what is wrong with it; or None where there is no kubectl that knows how."""
    program = shutil.which("kubectl")
    if program is None or "kustomizeVersion" not in _printed([program, "version", "--client", "--output", "json"]):  # before 1.24 it is too old
        return None
    built = subprocess.run([program, "kustomize", str(EXAMPLE)], capture_output=True, text=True, check=False)
    return f"{EXAMPLE.relative_to(ROOT)}: {built.stderr.strip()}" if built.returncode else _read(built.stdout)


def _traces() -> Iterator[str]:
    """The component that an overlay may add lets exactly those who send traces reach the collector, and tells them where it is."""
    (policy,) = _read((TRACES / "network.yaml").read_text())
    (settings,) = _read((TRACES / "settings.yaml").read_text())
    yield from (f"traces: {fault}" for manifest in (policy, settings) for fault in _of_schema(manifest))
    senders = ("gateway", "worker", "assistant")
    names = [_name(m) for path in (FOLDER / "base").glob("*.yaml") for m in _read(path.read_text())]
    yield from (f"traces: there is no {name}" for name in senders if f"Deployment/{name}" not in names)
    if sorted(policy["spec"]["podSelector"]["matchExpressions"][0]["values"]) != sorted(senders):
        yield "traces: not those who send them reach the collector"
    port = str(policy["spec"]["egress"][0]["ports"][0]["port"])
    if not settings["data"]["OTEL_EXPORTER_OTLP_ENDPOINT"].endswith(f":{port}"):
        yield "traces: the port that is open is not the collector's"
    assistant = next(m for m in _read((FOLDER / "base" / "assistant.yaml").read_text()) if m["kind"] == "Deployment")
    told = {e["name"]: e.get("valueFrom", {}).get("configMapKeyRef") for e in _containers(assistant["spec"]["template"]["spec"])[0]["env"]}
    if told.get("OTEL_EXPORTER_OTLP_ENDPOINT") != {"name": settings["metadata"]["name"], "key": "OTEL_EXPORTER_OTLP_ENDPOINT", "optional": True}:
        yield "traces: the assistant is not told where they go"


def _printed(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _overlay_by_hand(base: list[Manifest]) -> Iterator[str]:
    """Without kubectl: every file that the overlay names is there, and every patch changes something that the base has."""
    overlay = yaml.safe_load((EXAMPLE / "kustomization.yaml").read_text())
    generated = overlay.get("configMapGenerator", [])
    files = [*overlay["resources"], *(file for one in generated for file in one["files"]), *(p["path"] for p in overlay["patches"] if "path" in p)]
    yield from (f"overlay: there is no {file}" for file in files if not (EXAMPLE / file).exists())
    names = {_name(m): m for m in base}
    for patch in overlay["patches"]:
        if "path" in patch:
            yield from (f"overlay: {_name(m)} is not in the base" for m in _read((EXAMPLE / patch["path"]).read_text()) if _name(m) not in names)
            continue
        target = names.get(f"{patch['target']['kind']}/{patch['target']['name']}")
        for change in yaml.safe_load(patch["patch"]):
            if target is None or (change["op"] == "replace" and not _has(target, change["path"])):
                yield f"overlay: nothing to change at {patch['target']['name']}{change['path']}"


def _has(manifest: Any, pointer: str) -> bool:
    """Whether a JSON pointer leads anywhere."""
    for part in pointer.strip("/").split("/"):
        try:
            manifest = manifest[int(part)] if isinstance(manifest, list) else manifest[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return False
    return True


def _read(text: str) -> list[Manifest]:
    return [m for m in yaml.safe_load_all(text) if m]


def _check(manifests: list[Manifest]) -> Iterator[str]:
    for manifest in manifests:
        yield from (f"{_name(manifest)}: {fault}" for fault in [*_of_schema(manifest), *_secrets(manifest), *_hardened(manifest)])
    yield from _serving(manifests)
    yield from _assistant_reaches(manifests)


def _name(manifest: Manifest) -> str:
    return f"{manifest.get('kind')}/{manifest.get('metadata', {}).get('name')}"


def _of_schema(manifest: Manifest) -> Iterator[str]:
    """Against the schemas that kubernetes-validate ships; unknown fields are faults."""
    try:
        kubernetes_validate.validate(manifest, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'/'.join(map(str, error.path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        yield error.message


def _pod(manifest: Manifest) -> Manifest | None:
    template = manifest.get("spec", {}).get("template") if manifest.get("kind") in ("Deployment", "Job") else None
    return template["spec"] if template else None


def _containers(pod: Manifest) -> list[Manifest]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


def _secrets(manifest: Manifest) -> Iterator[str]:
    """No values here, and no names that nobody is told to make."""
    if manifest["kind"] == "Secret":
        yield "a Secret's values are not committed"
    for container in _containers(pod) if (pod := _pod(manifest)) else ():
        for variable in container.get("env", ()):
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            if reference and (reference["name"] != "desk" or reference["key"] not in SECRET_KEYS):
                yield f"{variable['name']} is taken from an unknown secret"
            if reference is None and any(word in variable["name"] for word in ("SECRET", "PASSWORD", "DATABASE_URL", "REDIS_URL", "SMTP")):
                yield f"{variable['name']} is no reference to a secret"


def _hardened(manifest: Manifest) -> Iterator[str]:
    """As the namespace's `restricted` demands, and a read-only root with limits besides."""
    pod = _pod(manifest)
    if pod is None:
        return
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot") or security.get("seccompProfile") != {"type": "RuntimeDefault"} or pod.get("automountServiceAccountToken") is not False:
        yield "wants runAsNonRoot, seccomp and no token of a service account"
    for container in _containers(pod):
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False or not own.get("readOnlyRootFilesystem") or own.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{container['name']} wants a read-only root, no capabilities, no privilege escalation"
        resources = container.get("resources", {})
        if set(resources.get("requests", ())) != {"cpu", "memory"} or "memory" not in resources.get("limits", ()):
            yield f"{container['name']} wants requests, and a limit of memory"


def _serving(manifests: list[Manifest]) -> Iterator[str]:
    """What serves is replaced without a gap, told apart when starting, ready and dead, scaled, and never all away at once."""
    by_name = {_name(m): m for m in manifests}
    for name in sorted(SERVING):
        deployment = by_name.get(f"Deployment/{name}")
        if deployment is None:
            yield f"Deployment/{name} is missing"
            continue
        spec = deployment["spec"]
        container = spec["template"]["spec"]["containers"][0]
        if missing := {"startupProbe", "livenessProbe", "readinessProbe", "lifecycle"} - set(container):
            yield f"{name} has no {', '.join(sorted(missing))}"
        elif container["livenessProbe"]["httpGet"]["path"] != "/healthz" or container["readinessProbe"]["httpGet"]["path"] != "/readyz":
            yield f"{name} is alive by /healthz and ready by /readyz"
        if spec["strategy"]["rollingUpdate"]["maxUnavailable"] != 0 or spec["template"]["spec"].get("terminationGracePeriodSeconds", 0) < 30:
            yield f"{name} is replaced with a gap"
        yield from (f"{kind}/{name} is missing" for kind in ("Service", "HorizontalPodAutoscaler", "PodDisruptionBudget") if f"{kind}/{name}" not in by_name)


def _assistant_reaches(manifests: list[Manifest]) -> Iterator[str]:
    """Gateways and names, and nothing else; by default nobody reaches anything."""
    policies = {m["metadata"]["name"]: m["spec"] for m in manifests if m["kind"] == "NetworkPolicy"}
    reached = [
        rule
        for name, spec in policies.items()
        if name not in ("names", "nobody") and _selects(spec["podSelector"], "assistant")
        for rule in spec.get("egress", ())
    ]
    gateway = {"to": [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway"}}}], "ports": [{"port": 8000, "protocol": "TCP"}]}
    if reached != [gateway]:
        yield "the assistant reaches more than gateways, or not even those"
    nobody = policies.get("nobody", {})
    if set(nobody.get("policyTypes", ())) != {"Ingress", "Egress"} or "ingress" in nobody or "egress" in nobody:
        yield "nothing is forbidden by default"


def _selects(selector: Manifest, name: str) -> bool:
    label = "app.kubernetes.io/name"
    if selector.get("matchLabels", {}).get(label, name) != name:
        return False
    return all(name in e.get("values", ()) for e in selector.get("matchExpressions", ()) if e["key"] == label)


def _references(manifests: list[Manifest]) -> Iterator[str]:
    """What the overlay names exists in it: configuration, claims, the services that settings name."""
    names = {_name(m) for m in manifests}
    for manifest in manifests:
        pod = _pod(manifest)
        for container in _containers(pod) if pod else ():
            for source in container.get("envFrom", ()):
                if f"ConfigMap/{source['configMapRef']['name']}" not in names:
                    yield f"{_name(manifest)}: no ConfigMap {source['configMapRef']['name']}"
        for volume in pod.get("volumes", ()) if pod else ():
            for kind, key, field in (("ConfigMap", "configMap", "name"), ("PersistentVolumeClaim", "persistentVolumeClaim", "claimName")):
                if key in volume and f"{kind}/{volume[key][field]}" not in names:
                    yield f"{_name(manifest)}: no {kind} {volume[key][field]}"
        target = manifest.get("spec", {}).get("scaleTargetRef")
        if target and f"{target['kind']}/{target['name']}" not in names:
            yield f"{_name(manifest)}: nothing to scale"


if __name__ == "__main__":
    sys.exit(main())
