"""The capacity plan: what so many open chats need, worked out from what was measured. Each step is shown, none is rounded before its end."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

SIZES = (1_000, 100_000, 1_000_000)
# What is assumed, not measured. Change these to your own.
MESSAGES_A_MINUTE = 0.2  # of an open chat: most pages stand open while nobody writes
OPENINGS_A_MINUTE = 0.2  # of a stream: each page of a site that holds the chat opens it anew
WITH_PERSON = 0.02  # share of open chats that wait for a person or talk with one
LOOKS_A_TURN = 2  # the message and its replies are told apart
WAKES_A_TURN = 3  # after the message, after the replies, at the turn's end
BUSY = 0.6  # of a processor core; the rest is for peaks, and for the work of one process that is gone
STREAMS_A_GATEWAY = 5_000  # the most that was measured


@dataclass(frozen=True)
class Costs:
    """Measured: processor milliseconds, MB, KB; `idle` and `person` of a stream and second, the others of each."""

    idle: float
    look: float
    opening: float
    person: float
    turn_gateway: float
    turn_assistant: float
    turn_database: float
    look_database: float
    opening_database: float
    person_database: float
    wake_redis: float
    gateway_mb: float
    stream_kb: float
    assistant_mb: float
    worker_mb: float
    connections: int


@dataclass(frozen=True)
class Need:
    """What one size needs; cores are processor seconds a second."""

    chats: int
    turns: float
    work: float
    gateways: int
    gateway_mb: float
    assistants: int
    database_cores: float
    redis_cores: float
    connections: int


def need(chats: int, costs: Costs) -> Need:
    """Work it out."""
    turns, opens, persons = chats * MESSAGES_A_MINUTE / 60, chats * OPENINGS_A_MINUTE / 60, chats * WITH_PERSON
    spoken = turns * (costs.turn_gateway + LOOKS_A_TURN * costs.look)
    work = (chats * costs.idle + spoken + opens * costs.opening + persons * costs.person) / 1000
    gateways = max(ceil(chats / STREAMS_A_GATEWAY), ceil(work / BUSY))
    asked = turns * (costs.turn_database + LOOKS_A_TURN * costs.look_database) + opens * costs.opening_database + persons * costs.person_database
    memory = costs.gateway_mb + costs.stream_kb / 1024 * chats / gateways
    redis = turns * WAKES_A_TURN * costs.wake_redis / 1000
    assistants = ceil(turns * costs.turn_assistant / 1000 / BUSY)
    return Need(chats, turns, work, gateways, memory, assistants, asked / 1000, redis, costs.connections * gateways)
