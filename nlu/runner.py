"""Runs Rasa's component graph one node after another, in this thread."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

Progress = Callable[[str, int, int], None]


class StraightRunner(GraphRunner):
    """Does what Rasa's Dask runner does, without a scheduler in each message's way."""

    progress: Progress | None = None

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode], known: dict[str, Any] | None = None) -> None:
        """`known` are outputs that never change; their nodes need not be among `nodes`."""
        self._schema = schema
        self._nodes = nodes
        self._known = known or {}
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
        return cls(graph_schema, _instantiate(graph_schema, model_storage, execution_context, hooks))

    @classmethod
    def create_knowing(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        known: dict[str, Any],
    ) -> StraightRunner:
        """As `create`, without the nodes whose output is known already."""
        nodes = _instantiate(graph_schema, model_storage, execution_context, None, known)
        return cls(graph_schema, nodes, known)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Run what `targets` (default: the schema's targets) need, and return their outputs."""
        wanted = tuple(targets or self._schema.target_names)
        plan = self._plans.get(wanted)
        if plan is None:
            plan = self._plans[wanted] = self._plan(wanted, {*(inputs or {}), *self._known})
        done: dict[str, Any] = {**self._known, **(inputs or {})}
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


def _instantiate(
    schema: GraphSchema,
    storage: ModelStorage,
    context: ExecutionContext,
    hooks: list[GraphNodeHook] | None,
    left_out: Collection[str] = (),
) -> dict[str, GraphNode]:
    return {name: GraphNode.from_schema_node(name, node, storage, context, hooks) for name, node in schema.nodes.items() if name not in left_out}
