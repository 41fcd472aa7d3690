"""gunicorn's entry: the web app, and the threads that send in the one worker beside it."""

import atexit

from common.environment import start
from models.codes import Service
from notify_service.app import create_app
from notify_service.deps import build
from notify_service.settings import NotifySettings

settings = start(Service.NOTIFY_SERVICE, NotifySettings)
deps = build(settings)
app = create_app(settings, deps)
deps.scheduler.start()
deps.broadcast.runner.start()
atexit.register(deps.scheduler.stop)
atexit.register(deps.broadcast.runner.stop)  # which is called first
