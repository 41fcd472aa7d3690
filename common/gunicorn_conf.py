"""gunicorn's settings for every service: one worker process with threads, never --preload.

One process, since replayed tokens and flood gates are remembered in memory; only main_api's public
app remembers nothing and may have more. BIND (host:port or unix:path), THREADS and WORKERS come
from the environment.
"""

import os
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WORKERS", "1"))
worker_class = "gthread"
threads = int(os.environ.get("THREADS", "16"))
timeout = 60
graceful_timeout = 10
keepalive = 75
limit_request_line = 4094
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True

_ASKED, _KEPT = "NOTIFY_SOCKET", "KEYLAND_NOTIFY_SOCKET"


def on_starting(arbiter: Any) -> None:
    """Its own words as JSON, too; and it does not call the service ready before the app is."""
    from common.logs import JsonFormatter  # noqa: PLC0415 -- now the project is on the path

    for handler in arbiter.log.error_log.handlers:
        handler.setFormatter(JsonFormatter("gunicorn"))
    if asked := os.environ.pop(_ASKED, None):
        os.environ[_KEPT] = asked


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """From here on the app may speak to systemd."""
    if kept := os.environ.pop(_KEPT, None):
        os.environ[_ASKED] = kept


def post_worker_init(_worker: Any) -> None:
    from common.supervision import READY, tell  # noqa: PLC0415 -- as above

    tell(READY)
