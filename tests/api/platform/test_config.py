"""Configuration: wrong settings are sentences at the start, secrets are generated for the demo and demanded elsewhere."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.config import GENERATED, ROOT, ConfigError, Settings, as_table, load_settings
from api.launch.processes import assistant_environment

SECRET = "x" * 32
PRODUCTION = {"env": "production", "secret_key": SECRET, "assistant_secret": SECRET + "y", "smtp_url": "smtp://mail.example.com:25"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("DESK_", "OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DESK_VAR", str(tmp_path / "var"))


WRONG = {
    "DESK_PORT": ["abc", "0", "65536", "80.5", ""],
    "DESK_TURN_TIMEOUT": ["0", "-1", "61", "nan", "ten"],
    "DESK_HANDOFF_AFTER": ["0", "1.5", "soon"],
    "DESK_RATE_LIMIT": ["yes", "OFF"],
    "DESK_ENV": ["test", "Production"],
    "DESK_LOG_LEVEL": ["loud"],
    "DESK_WORKERS": ["0", "many"],
    "DESK_TRUSTED_PROXIES": ["-1"],
    "DESK_DATABASE_URL": ["nonsense", "postgres://u@h/d", "mysql://u@h/d", "postgresql+psycopg://u@h:port/d"],
    "DESK_PUBLIC_URL": ["desk.example.com", "ftp://desk.example.com", "https://"],
    "DESK_OIDC_ISSUER": ["login.example.com", "ftp://login.example.com"],
    "DESK_ASSISTANT_URL": ["127.0.0.1:8010", "http://", "http://127.0.0.1:eighty"],
    "DESK_SMTP_URL": ["mail.example.com", "http://mail.example.com", "smtp://mail.example.com:port", "smtp://"],
    "DESK_WIDGET_ORIGINS": ["*", "careers.example.com", "https://a.example.com, *", "https://a.example.com/path", "https://a.example.com;script-src *"],
    "DESK_MAIL_FROM": ["", "nobody", "a@b.se\nBcc: c@d.se"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_setting_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as raised:
        load_settings()
    sentence = str(raised.value)
    assert sentence.startswith(name)
    assert "\n" not in sentence
    assert "Traceback" not in sentence


def test_a_provider_needs_the_desks_id_and_https_outside_the_demo() -> None:
    with pytest.raises(ConfigError, match="^DESK_OIDC_CLIENT_ID must be set"):
        load_settings(oidc_issuer="https://login.example.com")
    with pytest.raises(ConfigError, match="^DESK_OIDC_ISSUER must be an https address"):
        load_settings(**PRODUCTION, oidc_issuer="http://login.example.com", oidc_client_id="desk")
    assert load_settings(**PRODUCTION, oidc_issuer="https://login.example.com", oidc_client_id="desk").oidc_issuer


def test_several_wrong_settings_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_PORT", "abc")
    monkeypatch.setenv("DESK_WORKERS", "0")
    with pytest.raises(ConfigError) as raised:
        load_settings()
    assert [line.split(":")[0] for line in str(raised.value).splitlines()] == ["DESK_PORT", "DESK_WORKERS"]


def test_the_collector_of_traces_has_the_name_that_opentelemetry_gave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().otlp_endpoint == ""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    assert load_settings().otlp_endpoint == "http://collector:4318"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")
    with pytest.raises(ConfigError, match="^OTEL_EXPORTER_OTLP_ENDPOINT: must be an address like"):
        load_settings()


def test_the_assistant_is_told_where_traces_go_and_nothing_else_of_the_gateways(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    monkeypatch.setenv("DESK_SMTP_URL", "smtp://u:geheim@h")
    told = assistant_environment(load_settings(), tmp_path / "archive", "0" * 64)
    assert told["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector:4318"
    assert "geheim" not in str(told)


@pytest.mark.parametrize(("name", "value"), [("DESK_SECRET_KEY", "geheim"), ("DESK_ASSISTANT_SECRET", "geheim"), ("DESK_SMTP_URL", "smtp://u:geheim@h:port")])
def test_a_sentence_about_a_secret_does_not_tell_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    for key, good in PRODUCTION.items():
        monkeypatch.setenv(f"DESK_{key.upper()}", good)
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as raised:
        load_settings()
    assert "geheim" not in str(raised.value)
    assert name in str(raised.value)


@pytest.mark.parametrize("missing", ["secret_key", "assistant_secret", "smtp_url"])
def test_production_demands_what_the_demo_makes_up(missing: str) -> None:
    with pytest.raises(ConfigError, match=f"DESK_{missing.upper()}"):
        load_settings(**(PRODUCTION | {missing: ""}))


@pytest.mark.parametrize("name", GENERATED)
def test_production_refuses_a_short_secret(name: str) -> None:
    with pytest.raises(ConfigError, match="32 characters"):
        load_settings(**(PRODUCTION | {name: "x" * 31}))


def test_production_writes_no_secret_to_the_disk(tmp_path: Path) -> None:
    settings = load_settings(**PRODUCTION)
    assert settings.secret_key.get_secret_value() == SECRET
    assert not (tmp_path / "var" / "secrets").exists()


def test_the_demos_secrets_are_long_different_private_and_stay(tmp_path: Path) -> None:
    first, second = load_settings(), load_settings()
    values = [getattr(first, name).get_secret_value() for name in GENERATED]
    assert len(set(values)) == len(GENERATED)
    assert all(len(value) >= 32 for value in values)
    assert values == [getattr(second, name).get_secret_value() for name in GENERATED]
    folder = tmp_path / "var" / "secrets"
    assert sorted(p.name for p in folder.iterdir()) == sorted(GENERATED)
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    code = "from api.config import load_settings; print(load_settings().secret_key.get_secret_value())"
    command = [sys.executable, "-c", code]
    with ThreadPoolExecutor(3) as threads:
        runs = list(threads.map(lambda _: subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True), range(3)))
    assert len({run.stdout for run in runs}) == 1


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = load_settings(**PRODUCTION)
    assert SECRET not in repr(settings) + str(settings)
    assert "mail.example.com" not in repr(settings)


def test_the_gateways_own_origin_may_always_embed() -> None:
    settings = load_settings(public_url="https://desk.example.com/", widget_origins=" https://careers.example.com/ ,https://b.example.com:8443,")
    assert settings.origins == {"https://desk.example.com", "https://careers.example.com", "https://b.example.com:8443"}


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`{field.validation_alias or f'DESK_{name.upper()}'}`" in as_table()


def test_the_documented_table_is_the_one_in_force() -> None:
    documented = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert as_table() in documented


def test_a_wrong_setting_stops_the_command_line_with_its_sentence(tmp_path: Path) -> None:
    environment = os.environ | {"DESK_PORT": "abc", "DESK_VAR": str(tmp_path)}
    command = [str(Path(sys.executable).parent / "desk"), "openapi"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "DESK_PORT" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
