# The assistant: Rasa and the actions, without what they never import (a tenth of the size; see nlu/absent.py).
#   docker build -f docker/assistant.Dockerfile -t applicant-desk/assistant .                     the NLU model trained in
#   docker build -f docker/assistant.Dockerfile -t applicant-desk/assistant --target assistant .  an archive is mounted
ARG PYTHON_IMAGE=docker.io/library/python:3.10-slim-bookworm

FROM ${PYTHON_IMAGE} AS libraries
ARG UV_VERSION=0.13.9
RUN python -m pip install --no-cache-dir "uv==${UV_VERSION}"
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /desk/nlu
COPY nlu/pyproject.toml nlu/uv.lock docker/unneeded.txt docker/unneeded-when-serving.txt /desk/nlu/
# An employer whose pipeline needs TensorFlow (DIET, say) builds with --build-arg UNNEEDED=/dev/null.
ARG UNNEEDED="unneeded.txt unneeded-when-serving.txt"
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN cat ${UNNEEDED} | sed 's/^/--no-install-package /' | xargs uv sync --frozen --no-dev --no-cache

FROM libraries AS training
ARG UNNEEDED="unneeded.txt"
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN cat ${UNNEEDED} | sed 's/^/--no-install-package /' | xargs uv sync --frozen --no-dev --no-cache
WORKDIR /desk
COPY nlu nlu
COPY stories stories
RUN RASA_TELEMETRY_ENABLED=false nlu/.venv/bin/python -m nlu.train --models /models

FROM ${PYTHON_IMAGE} AS assistant
RUN groupadd --gid 10002 assistant \
 && useradd --uid 10002 --gid 10002 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin assistant \
 && install -d -m 0755 /var/lib/desk/models
WORKDIR /desk
COPY nlu nlu
COPY actions actions
COPY --from=libraries /desk/nlu/.venv nlu/.venv
RUN python -m compileall -q nlu/*.py nlu/components actions
ENV PATH=/desk/nlu/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 RASA_TELEMETRY_ENABLED=false \
    DESK_ASSISTANT_HOST=0.0.0.0 DESK_ASSISTANT_PORT=8010 DESK_VAR=/var/lib/desk
USER 10002:10002
EXPOSE 8010
# It answers while it loads; whether it takes turns is `/readyz`.
HEALTHCHECK --interval=10s --timeout=4s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"DESK_ASSISTANT_PORT\"]}/healthz', timeout=3)"]
CMD ["python", "-m", "nlu.server"]

FROM assistant AS assistant-trained
COPY --from=training /models /var/lib/desk/models
