"""Logs as JSON lines, with every known secret struck out."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from typing_extensions import override

from common import request_id

BOT_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
LINK = re.compile(r"(?:vless|trojan|ss)://\S+|/sub/[A-Za-z0-9_-]+")
BEARER = re.compile(r"(?i)(bearer|basic)\s+[A-Za-z0-9._~+/=-]+")
STRUCK = "[struck out]"
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line, `extra=` included; secrets, tokens and links are struck out."""

    def __init__(self, service: str, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._service = service
        self._secrets = sorted((s for s in secrets if s), key=len, reverse=True)

    @override
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.current(),
        }
        line |= {k: v for k, v in record.__dict__.items() if k not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return self._strike(json.dumps(line, ensure_ascii=False, default=str))

    def _strike(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, STRUCK)
        for pattern in (BOT_TOKEN, LINK, BEARER):
            text = pattern.sub(STRUCK, text)
        return text


def configure_logging(service: str, *, level: str = "INFO", secrets: Iterable[str] = ()) -> None:
    """Everything to standard error; the journal or the sandbox keeps it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("urllib3", "apscheduler", "werkzeug", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
