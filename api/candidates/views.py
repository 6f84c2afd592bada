from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("candidates", __name__)
