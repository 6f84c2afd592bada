"""Identity tokens of the careers site: signed by one of its keys, for this desk, in force."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from joserfc import jwk, jwt
from sqlalchemy import select

from api import clock
from api.candidates.models import Candidate as CandidateRow
from api.db import db
from tests.api.assistant import FakeAssistant
from tests.api.candidate import Answer, Candidate, over_flask
from tests.api.candidates.people import EVA, add_applicant, candidate_id, conversation

RSA = jwk.RSAKey.generate_key(2048, {"kid": "rsa-1"})
EC = jwk.ECKey.generate_key("P-256", {"kid": "ec-1"})
ED = jwk.OKPKey.generate_key("Ed25519", {"kid": "ed-1"})
NEXT = jwk.ECKey.generate_key("P-256", {"kid": "ec-2"})
STRANGE = jwk.ECKey.generate_key("P-256", {"kid": "ec-1"})
KEYS = {"RS256": RSA, "ES256": EC, "EdDSA": ED, "Ed25519": ED}


def key_set(*keys: Any) -> str:
    return json.dumps({"keys": [k.as_dict(private=False) for k in keys]})


def claims(**changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    said = {"aud": "applicant-desk", "iss": "https://careers.example", "iat": now, "exp": now + 600, "email": EVA, "name": "Eva Nord"} | changes
    return {k: v for k, v in said.items() if v is not None}


def token(alg: str = "ES256", key: Any = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
    key = key or KEYS[alg]
    return jwt.encode({"alg": alg, "kid": key.get("kid")} | (header or {}), claims(**changes), key, algorithms=list(KEYS))


def by_hand(header: dict[str, Any], said: dict[str, Any], secret: bytes | None = None) -> str:
    """A token that no library would make."""
    parts = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in (header, said))
    signature = hmac.new(secret, parts.encode(), hashlib.sha256).digest() if secret is not None else b""
    return f"{parts}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(key_set(RSA, EC, ED))
    return path


@pytest.fixture
def app(make_app: Any, fake_assistant: FakeAssistant, keys: Path) -> APIFlask:
    made: APIFlask = make_app(assistant_url=fake_assistant.url, identity_keys=str(keys), identity_issuer="https://careers.example")
    add_applicant(made)
    return made


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    return app.test_client()


def begin(client: FlaskClient, identity: str) -> Answer:
    return over_flask(client)("POST", "/api/v1/conversations", json={"language": "en", "identity": identity})


def is_refused(client: FlaskClient, identity: str) -> bool:
    answer = begin(client, identity)
    assert answer.status in (201, 422)
    return answer.status == 422 and answer.json["type"] == "/problems/identity-refused"


@pytest.mark.parametrize("alg", KEYS)
def test_a_good_token_proves_who_it_is(app: APIFlask, client: FlaskClient, alg: str, fake_assistant: FakeAssistant) -> None:
    candidate = Candidate(over_flask(client), identity=token(alg))
    row = conversation(app, candidate.id)
    assert (row.candidate_id, row.verified_by) == (candidate_id(app), "identity")
    candidate.say("hej")
    assert fake_assistant.bodies[0]["context"]["verified"] is True


def test_keys_may_stand_in_the_environment(make_app: Any) -> None:
    app = make_app(identity_keys=key_set(EC))
    assert begin(app.test_client(), token("ES256")).status == 201


def test_a_new_key_is_taken_up_and_an_old_one_dropped(client: FlaskClient, keys: Path) -> None:
    new = token("ES256", NEXT)
    assert is_refused(client, new)
    replace(keys, key_set(EC, NEXT))
    assert begin(client, new).status == 201
    assert begin(client, token("ES256")).status == 201
    replace(keys, key_set(NEXT))
    assert begin(client, new).status == 201
    assert is_refused(client, token("ES256"))


def replace(path: Path, text: str) -> None:
    """As a careful deployment does: write beside, then rename."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.replace(path)


def test_a_broken_key_file_leaves_the_old_keys_in_force(client: FlaskClient, keys: Path) -> None:
    assert begin(client, token()).status == 201
    replace(keys, '{"keys": [')
    assert begin(client, token()).status == 201
    keys.unlink()
    assert begin(client, token()).status == 201


def test_no_keys_no_identity(make_app: Any, tmp_path: Path) -> None:
    for source in ("", str(tmp_path / "absent.json"), '{"keys": []}', "{}"):
        assert is_refused(make_app(identity_keys=source).test_client(), token())


def test_one_key_needs_no_name_and_several_do(client: FlaskClient, keys: Path) -> None:
    nameless = jwt.encode({"alg": "ES256"}, claims(), EC)
    assert begin(client, nameless).status == 201
    replace(keys, key_set(EC, NEXT))
    assert is_refused(client, nameless)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-desk"}, {"aud": None}, {"aud": []}, {"aud": ["a", "b"]}, {"aud": {"applicant-desk": 1}},
        {"iss": "https://evil.example"}, {"iss": None},
        {"email": None}, {"email": ""}, {"email": "eva"}, {"email": [EVA]}, {"email_verified": False},
        {"exp": None}, {"exp": "tomorrow"}, {"exp": True}, {"exp": float("nan")},
    ],
)  # fmt: skip
def test_claims_that_do_not_fit_are_refused(client: FlaskClient, changes: dict[str, Any]) -> None:
    assert is_refused(client, token(**changes))


def test_a_token_for_several_is_for_us_too(client: FlaskClient) -> None:
    assert begin(client, token(aud=["applicant-desk", "newsletter"])).status == 201


def test_an_expired_token_is_refused(client: FlaskClient) -> None:
    now = clock.now()
    old = token()
    with clock.at(now + timedelta(minutes=9)):
        assert begin(client, old).status == 201
    with clock.at(now + timedelta(minutes=11)):
        assert is_refused(client, old)


@pytest.mark.parametrize("moments", [{"exp": 25 * 3600}, {"exp": 3600, "iat": -24 * 3600}, {"nbf": 3600}, {"iat": 3600}])
def test_a_token_lives_a_day_at_most_and_not_before_its_time(client: FlaskClient, moments: dict[str, int]) -> None:
    now = int(clock.now().timestamp())
    assert is_refused(client, token(**{name: now + seconds for name, seconds in moments.items()}))


def test_a_token_without_a_signature_is_refused(client: FlaskClient) -> None:
    for alg in ("none", "None", "NONE", "", None):
        assert is_refused(client, by_hand({"alg": alg, "kid": "ec-1"}, claims()))
    unsigned = token().rsplit(".", 1)[0] + "."
    assert is_refused(client, unsigned)


@pytest.mark.parametrize("key", [RSA, EC, ED], ids=["RSA", "EC", "OKP"])
def test_a_public_key_is_no_shared_secret(client: FlaskClient, key: Any) -> None:
    """HS256 "signed" with what everybody can read, in each form in which it might be read."""
    as_json = json.dumps(key.as_dict(private=False)).encode()
    for secret in (key.as_pem(private=False), key.as_pem(private=False).strip(), key.as_der(private=False), as_json):
        for alg in ("HS256", "ES256"):
            assert is_refused(client, by_hand({"alg": alg, "kid": key.get("kid")}, claims(), secret))


def test_a_secret_among_the_keys_is_not_used(client: FlaskClient, keys: Path) -> None:
    secret = jwk.OctKey.import_key("a-shared-secret-of-more-than-32-bytes", {"kid": "oct-1"})
    keys.write_text(json.dumps({"keys": [EC.as_dict(private=False), secret.as_dict(private=True)]}))
    assert is_refused(client, jwt.encode({"alg": "HS256", "kid": "oct-1"}, claims(), secret))


def test_another_key_under_a_known_name_is_refused(client: FlaskClient) -> None:
    assert is_refused(client, token("ES256", STRANGE))


def test_a_key_that_the_token_brings_along_is_refused(client: FlaskClient) -> None:
    own = STRANGE.as_dict(private=False)
    for header in ({"jwk": own}, {"jku": "https://evil.example/jwks.json"}, {"x5u": "https://evil.example/x"}):
        assert is_refused(client, token("ES256", STRANGE, header={**header, "kid": "mine"}))
        assert is_refused(client, token("ES256", STRANGE, header=header))


def test_an_algorithm_of_another_kind_of_key_is_refused(client: FlaskClient) -> None:
    assert is_refused(client, token("RS256", RSA, header={"kid": "ec-1"}))
    assert is_refused(client, jwt.encode({"alg": "PS256", "kid": "rsa-1"}, claims(), RSA, algorithms=["PS256"]))


def test_a_weak_rsa_key_is_not_used(client: FlaskClient, keys: Path) -> None:
    weak = jwk.RSAKey.generate_key(1024, {"kid": "weak"})
    keys.write_text(key_set(weak))
    assert is_refused(client, token("RS256", weak))


def test_a_changed_token_is_refused(client: FlaskClient) -> None:
    head, body, signature = token().split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims(email="ola@example.com")).encode()).rstrip(b"=").decode()
    assert is_refused(client, f"{head}.{other}.{signature}")


@pytest.mark.parametrize("nonsense", ["a", "a.b.c", "..", "e30.e30.", "[" * 4000, "W1tbW1tb" * 500 + ".e30.e30", "åäö", "a.b.c.d.e"])
def test_nonsense_is_refused(client: FlaskClient, nonsense: str) -> None:
    assert is_refused(client, nonsense)


def test_a_deep_header_is_refused(client: FlaskClient) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 3000).rstrip(b"=").decode()
    assert is_refused(client, f"{deep}.e30.e30")


def test_a_newcomer_is_added_with_what_the_token_says(app: APIFlask, client: FlaskClient) -> None:
    assert begin(client, token(email="New.Comer@example.com", name="Nea Uusi", language="fi")).status == 201
    with app.app_context():
        row = db.session.scalars(select(CandidateRow).where(CandidateRow.email == "new.comer@example.com")).one()
        assert (row.name, row.language) == ("Nea Uusi", "fi")


@pytest.mark.parametrize("odd", [{"name": 7}, {"name": "a\u0000b"}, {"name": ["x"]}, {"language": "de"}, {"language": {}}])
def test_odd_extras_are_left_out(client: FlaskClient, odd: dict[str, Any]) -> None:
    assert begin(client, token(email="odd@example.com", **odd)).status == 201


def test_what_is_known_of_a_candidate_is_not_overwritten(app: APIFlask, client: FlaskClient) -> None:
    begin(client, token(name="Somebody Else", language="fi"))
    with app.app_context():
        row = db.session.scalars(select(CandidateRow).where(CandidateRow.email == EVA)).one()
        assert (row.name, row.language) == ("Eva Nord", "sv")


def test_a_refused_token_leaves_nothing_behind(app: APIFlask, client: FlaskClient) -> None:
    begin(client, token(email="new@example.com", aud="x"))
    assert candidate_id(app, "new@example.com") is None


def test_the_refusal_is_said_in_the_readers_language(client: FlaskClient) -> None:
    said = {
        language: client.post("/api/v1/conversations", json={"identity": "x"}, headers={"Accept-Language": language}).json["title"]
        for language in ("sv", "fi", "en")
    }
    assert len(set(said.values())) == 3, said


def test_the_clock_of_the_tests_is_the_tokens(client: FlaskClient) -> None:
    """A token of 2020 in 2020."""
    with clock.at(datetime.fromisoformat("2020-05-01T12:00:00+00:00")):
        assert begin(client, token()).status == 201
