from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("demo", __name__, enable_openapi=False)
