"""gunicorn's settings for every service: one worker process with threads, never --preload.

One process, since replayed tokens and flood gates are remembered in memory. BIND (host:port or
unix:path) and THREADS come from the environment.
"""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = 1
worker_class = "gthread"
threads = int(os.environ.get("THREADS", "16"))
timeout = 60
graceful_timeout = 10
keepalive = 75
limit_request_line = 4094
accesslog = None
errorlog = "-"
loglevel = "warning"
no_control_socket = True
