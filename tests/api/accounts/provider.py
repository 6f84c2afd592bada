"""A real OpenID Connect provider on the loopback, made of Authlib's own server: discovery, authorization code with PKCE
demanded, ID tokens signed with RS256, published keys. A test may make it lie."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify, request
from joserfc.jwk import RSAKey

from tests.api.serving import served

CLIENT, CLIENT_SECRET = "the-desk", "a-secret-of-provider-and-desk"
CALLBACK = "http://desk.test/desk/sign-in/oidc/callback"


class DeskClient:
    """The one client that the provider knows: it came back only to the address that it has registered."""

    client_id = CLIENT

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return CALLBACK

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, uri: str) -> bool:
        return uri == CALLBACK

    def check_client_secret(self, secret: str) -> bool:
        return secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"


@dataclass
class Code:
    """An authorization code that was given out."""

    code: str
    person: dict[str, Any]
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Provider:
    """What the provider knows, and how it lies: `says` overrides claims of the ID token, `signs_with` another key."""

    person: dict[str, Any] | None = None
    says: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "first", "use": "sig"}))
    signs_with: RSAKey | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    codes: dict[str, Code] = field(default_factory=dict)
    url: str = ""


def _grant(provider: Provider) -> type:
    class Grant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            data = request.payload.data
            kept = (data.get("nonce"), data.get("code_challenge"), data.get("code_challenge_method"))
            provider.codes[code] = Code(code, request.user, data["redirect_uri"], request.payload.scope, *kept)

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del provider.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.person

    return Grant


class Pkce(CodeChallenge):  # type: ignore[misc]
    """Demands S256 of everybody."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with S256 is needed")
        super().validate_code_challenge(grant, redirect_uri)


def _openid(provider: Provider) -> OpenIDCode:
    class Tokens(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(c.nonce == nonce for c in provider.codes.values())

        def resolve_client_private_key(self, client: Any) -> RSAKey:
            return provider.signs_with or provider.key

        def get_client_algorithm(self, client: Any) -> str:
            return provider.algorithm

        def get_encode_header(self, client: Any) -> dict[str, str]:
            return {"alg": provider.algorithm, "kid": str((provider.signs_with or provider.key).kid)}

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            return {"iss": provider.url, "aud": [CLIENT]}

        def generate_user_info(self, user: dict[str, Any], scope: str) -> dict[str, Any]:
            assert "email" in scope.split()
            return user | provider.says

    return Tokens(require_nonce=True)


def _app(provider: Provider) -> Flask:
    app = Flask("provider")
    server = AuthorizationServer(app, query_client=lambda id_: DeskClient() if id_ == CLIENT else None, save_token=lambda token, request: None)
    server.register_grant(_grant(provider), [_openid(provider), Pkce(required=True)])

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        rest = {"issuer": provider.url, "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["RS256"]}
        return jsonify({name: provider.url + path for name, path in ends.items()} | rest | provider.metadata)

    @app.get("/keys")
    def keys() -> Response:
        return jsonify({"keys": [provider.key.as_dict(private=False)]})

    @app.get("/authorize")
    def authorize() -> Any:
        """The person at the browser is signed in here and agrees at once; nobody is a person who declines."""
        grant = server.get_consent_grant(end_user=provider.person)
        return server.create_authorization_response(request, grant_user=provider.person, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response(request)

    return app


@contextmanager
def running() -> Iterator[Provider]:
    """The provider, served."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    provider = Provider()
    with served(_app(provider)) as provider.url:
        yield provider
