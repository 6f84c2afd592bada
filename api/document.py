"""The OpenAPI document, made true where the framework guesses: errors are problem+json, wherever they come from."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "Stable; tells the problems apart.", "example": "/problems/invalid"},
        "title": {"type": "string", "description": "A sentence for people, in the language of the request."},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "description": "What is wrong with which field.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
WITH_BODY = {"400": "The body could not be read.", "413": "The body is too large.", "422": "Something in the body is not right."}
ANYWHERE = {"503": "The database is away; try again in a moment."}
METHODS = ("get", "put", "post", "delete")


def register(app: APIFlask) -> None:
    """Install the processor."""

    @app.spec_processor
    def true_to_life(spec: Any) -> Any:
        schemas = spec["components"].setdefault("schemas", {})
        schemas.pop("HTTPError", None)
        schemas.pop("ValidationError", None)
        schemas["Problem"] = PROBLEM
        for path, operations in spec["paths"].items():
            for method in METHODS:
                if method in operations and path.startswith("/api/"):
                    _describe(path, operations[method])
        _write_patterns_as_javascript(spec)
        return spec


def _write_patterns_as_javascript(part: Any) -> None:
    """OpenAPI's regular expressions are JavaScript's, which knows no `\\A` and `\\Z`."""
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            part["pattern"] = part["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            _write_patterns_as_javascript(one)


def _describe(path: str, operation: dict[str, Any]) -> None:
    """Say what every route of its kind may answer, and that errors are problems."""
    responses = operation["responses"]
    possible = dict(ANYWHERE)
    if "requestBody" in operation:
        possible |= WITH_BODY
    if "{" in path:
        possible["404"] = "Not there, or not yours."
    for status, description in possible.items():
        responses.setdefault(status, {"description": description})
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
