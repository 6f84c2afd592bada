"""One trace shows a turn through all processes: gateway, assistant, its action, and the gateway that the action reads from."""

from __future__ import annotations

import re
import time

from api.answers import edition
from tests.api.candidate import Candidate, over_http
from tests.api.serving import wait_for
from tests.collector import Collector
from tests.e2e.desk import Desk


def test_one_trace_leads_from_the_message_through_the_assistant_back_to_the_gateway(desk: Desk, collector: Collector) -> None:
    wait_for(lambda: time.time() % edition.QUARTER < edition.QUARTER - 20, 30)
    candidate = Candidate(over_http(desk.url), role="LV-101")
    candidate.say("Hur lång tid brukar det ta att få svar?")  # under the same edition, answers and roles are not read again
    said = candidate.say("Hur lång tid brukar det ta att få svar?")
    turn = wait_for(lambda: next((s for s in collector.spans() if s.attributes.get("desk.message.id") == said["message"]["id"] and s.name == "turn"), None))
    wait_for(lambda: len(collector.tree(turn.trace)) == 12)
    assert sorted(collector.tree(turn.trace)) == sorted(
        [
            "desk-gateway: POST /api/v1/conversations/<conversation_id>/messages",
            "  desk-gateway: store message",
            "  desk-gateway: turn",
            "    desk-gateway: POST /turn",
            "      desk-assistant: POST /turn",
            "        desk-assistant: understand",
            "        desk-assistant: choose action",
            "        desk-assistant: action ask_response_time",
            "          desk-assistant: GET /response-times",
            "            desk-gateway: GET /internal/v1/response-times",
            "        desk-assistant: choose action",
            "    desk-gateway: store replies",
        ]
    )


def test_all_that_was_exported_names_nobody(desk: Desk, collector: Collector) -> None:
    """Whatever the other tests did at this desk before, too."""
    candidate = Candidate(over_http(desk.url))
    candidate.say("Jag heter Zebedeus Quist, zebedeus.quist@example.com")
    wait_for(lambda: any(s.service == "desk-assistant" and s.attributes.get("desk.conversation.id") == candidate.id for s in collector.spans()))
    sent = b"\n".join(collector.bodies)
    assert re.findall(rb"(?i)zebedeus|quist|127\.0\.0\.1|Bearer ", sent) == []
    told = " ".join(f"{span.name} {span.attributes}" for span in collector.spans())  # random bytes of ids may look like an address
    assert re.findall(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", told) == []
    assert candidate.token.encode() not in sent
