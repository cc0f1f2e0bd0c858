# One image for web, worker, beat and migrations; docker-compose.yml says which it is.
# Nothing secret is in it: production settings read the environment at start and refuse without it.

FROM python:3.12-slim-bookworm AS packages
WORKDIR /build
COPY requirements.txt .
RUN python -m venv /opt/clinic \
 && /opt/clinic/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 clinic \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin clinic \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/clinic /var/lib/clinic/audit /var/lib/clinic/beat
COPY --from=packages /opt/clinic /opt/clinic
WORKDIR /srv/clinic
COPY manage.py ./
COPY templates templates
COPY oncology_clinic oncology_clinic
COPY billing billing
COPY screening screening
COPY caregivers caregivers
COPY visits visits
ENV PATH=/opt/clinic/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=oncology_clinic.settings.production
RUN python -m compileall -q . \
 && python -m oncology_clinic.embedded.throwaway collectstatic --noinput --verbosity 0
USER 10001:10001
EXPOSE 8000
CMD ["granian", "oncology_clinic.wsgi:application", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "1", "--log-level", "warning"]
