from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("internal", __name__)
