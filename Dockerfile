# One image for web, worker, beat and migrations; compose.yaml shows which command each runs.

FROM node:22-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --loglevel=error

FROM python:3.11-slim AS packages
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH VIRTUAL_ENV=/opt/venv
COPY requirements-setup.lock requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements-setup.lock \
    && uv pip install --no-cache --no-deps --require-hashes --compile-bytecode -r requirements.lock \
    && pip uninstall --yes uv

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 gateway && install -d -o gateway /data
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
COPY --from=assets /app/node_modules /tmp/node_modules
RUN ln -s /tmp/node_modules node_modules && python scripts/copy_assets.py && rm -rf node_modules /tmp/node_modules
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/data \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics
# Nothing but /data and /tmp is written to, so the root file system may be read-only.
USER gateway
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["sh", "-c", "exec python -m gateway_platform.serve --host 0.0.0.0 --port 8080 --workers ${WEB_WORKERS:-2} --timeout-graceful-shutdown ${SHUTDOWN_GRACE:-30}"]
