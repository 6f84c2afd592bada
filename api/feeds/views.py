from __future__ import annotations

from apiflask import APIBlueprint

blueprint = APIBlueprint("feeds", __name__)
