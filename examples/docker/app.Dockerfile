# An application's image that carries dbdoctor: it says why the container is unhealthy in "docker inspect".
FROM dbdoctor:0.1.0 AS dbdoctor

FROM python:3.13-slim
COPY --from=dbdoctor /dbdoctor /usr/local/bin/dbdoctor
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
USER 10001
# One line, one connection; the settings are those of the container.
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s --retries=3 \
    CMD ["dbdoctor", "check", "--until", "auth", "--timeout", "5s", "--format", "short"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop:app"]
