# The gateway, the worker and the migrations: one image, three commands (see docs/deploy.md).
#   docker build -f docker/gateway.Dockerfile -t applicant-desk/gateway .
ARG PYTHON_IMAGE=docker.io/library/python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS uv
ARG UV_VERSION=0.13.9
RUN python -m pip install --no-cache-dir "uv==${UV_VERSION}"
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /desk

# Libraries as locked; made again only when the lock changes.
FROM uv AS libraries
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project --no-cache

# What browsers load, and the compiled catalogues: by the Makefile, as everywhere else.
FROM libraries AS front-end
# No version is named, so that security updates come. hadolint:
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json Makefile ./
RUN touch .venv/.done && make UV="$(command -v uv)" node_modules/.done
COPY api api
RUN touch .venv/.done node_modules/.done && make UV="$(command -v uv)" api/translations/.done api/static/vendor/widget.js

FROM libraries AS application
COPY api api
RUN uv sync --frozen --no-dev --no-cache && python -m compileall -q api
COPY --from=front-end /desk/api/static/vendor api/static/vendor
COPY --from=front-end /desk/api/translations api/translations
COPY demo demo

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 desk \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin desk \
 && install -d -o 10001 -g 10001 -m 0750 /var/lib/desk
WORKDIR /desk
COPY --from=application /desk /desk
ENV PATH=/desk/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DESK_ENV=production DESK_HOST=0.0.0.0 DESK_PORT=8000 DESK_VAR=/var/lib/desk
USER 10001:10001
EXPOSE 8000
# Whether the process answers; whether it can work (`/readyz`) is for who sends it requests.
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"DESK_PORT\"]}/healthz', timeout=3)"]
CMD ["gunicorn", "-c", "python:api.gunicorn", "api.wsgi:app"]
