"""The gateway of Applicant Desk: everything a candidate, a recruiter or an ATS speaks to."""

import os
import sys

# redis-py imports these wherever they are installed, and never uses them: half a second and 14 MB a process.
# They are there for traces (api/tracing/web.py takes them back); without a collector nobody wants them.
UNWANTED = ("opentelemetry.metrics", "opentelemetry.sdk.metrics")
for _name in UNWANTED:
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]  # as Python has it: an import of this fails
# Otherwise pydantic reads what every installed package offers, in search of plugins for itself. There are none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "true")
