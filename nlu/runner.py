"""Runs Rasa's component graph one node after another, in this thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

Progress = Callable[[str, int, int], None]


class StraightRunner(GraphRunner):
    """Does what Rasa's Dask runner does, without a scheduler in each message's way."""

    progress: Progress | None = None

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        self._schema = schema
        self._nodes = nodes
        self._plans: dict[tuple[str, ...], list[str]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> StraightRunner:
        """Instantiate the nodes; eager ones load their trained part now."""
        nodes = {name: GraphNode.from_schema_node(name, node, model_storage, execution_context, hooks) for name, node in graph_schema.nodes.items()}
        return cls(graph_schema, nodes)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Run what `targets` (default: the schema's targets) need, and return their outputs."""
        wanted = tuple(targets or self._schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = self._plan(wanted, set(inputs or {}))
        done: dict[str, Any] = dict(inputs or {})
        for number, name in enumerate(plan):
            if self.progress:
                self.progress(name, number, len(plan))
            node = self._schema.nodes[name]
            received = [(parent, done[parent]) for parent in set(node.needs.values())]
            done[name] = self._nodes[name](*received)[1]
        return {name: done[name] for name in wanted}

    def _plan(self, wanted: tuple[str, ...], given: set[str]) -> list[str]:
        plan: list[str] = []
        being_planned: set[str] = set()

        def add(name: str) -> None:
            if name in given or name in plan:
                return
            if name in being_planned or name not in self._schema.nodes:
                raise GraphRunError(f"The graph has no way to compute '{name}'.")
            being_planned.add(name)
            for parent in self._schema.nodes[name].needs.values():
                add(parent)
            plan.append(name)

        for name in wanted:
            add(name)
        return plan
