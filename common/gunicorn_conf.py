"""gunicorn's settings for every service: worker processes with threads, never --preload.

BIND (host:port or unix:path), THREADS and WORKERS come from the environment. Only main_api's apps
may have several workers: the others keep what they must not forget (flood gates, a core's state)
in the memory of one process. The tokens that were used are in memory that all workers share.
With TLS_CERTIFICATE and TLS_KEY (paths of PEM files) it speaks TLS 1.3 alone (the agents).
"""

import os
import shutil
import tempfile
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WORKERS", "1"))
certfile = os.environ.get("TLS_CERTIFICATE") or None
keyfile = os.environ.get("TLS_KEY") or None
worker_class = "common.tls_worker.TlsWorker" if certfile or keyfile else "gthread"
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
_COUNTS = "PROMETHEUS_MULTIPROC_DIR"


def on_starting(arbiter: Any) -> None:
    """Its own words as JSON, too; and it does not call the service ready before the app is."""
    from common import used_tokens  # noqa: PLC0415 -- now the project is on the path
    from common.logs import JsonFormatter  # noqa: PLC0415 -- as above

    for handler in arbiter.log.error_log.handlers:
        handler.setFormatter(JsonFormatter("gunicorn"))
    if certfile or keyfile:
        _check_tls()
    if asked := os.environ.pop(_ASKED, None):
        os.environ[_KEPT] = asked
    if workers > used_tokens.WORKERS:
        raise ValueError(f"WORKERS may be at most {used_tokens.WORKERS}")
    used_tokens.share(workers)
    if workers > 1:  # prometheus_client then keeps what each of them counts in a file, and adds up
        folder = os.environ.get("RUNTIME_DIRECTORY")  # which is memory: no full disk stops it
        os.environ[_COUNTS] = tempfile.mkdtemp(prefix="counts-", dir=folder)


def _check_tls() -> None:
    """Before anything listens: with a bad pair each worker would die of it, one after another."""
    from common.environment import refuse  # noqa: PLC0415 -- as above
    from common.tls_worker import server_context  # noqa: PLC0415 -- as above

    try:
        server_context(certfile or "", keyfile or "")
    except OSError as bad:
        refuse("gunicorn", f"TLS_CERTIFICATE, TLS_KEY: no certificate with its key ({bad})")


def on_exit(_arbiter: Any) -> None:
    if counts := os.environ.get(_COUNTS):
        shutil.rmtree(counts, ignore_errors=True)


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """From here on the app may speak to systemd."""
    if kept := os.environ.pop(_KEPT, None):
        os.environ[_ASKED] = kept


def post_worker_init(_worker: Any) -> None:
    from common.supervision import READY, tell  # noqa: PLC0415 -- as above

    tell(READY)
