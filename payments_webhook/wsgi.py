"""What gunicorn loads: the app, and the one worker beside it."""

from common.environment import start
from models.codes import Service
from payments_webhook.app import create_app
from payments_webhook.deps import build
from payments_webhook.settings import PaymentsWebhookSettings

settings = start(Service.PAYMENTS_WEBHOOK, PaymentsWebhookSettings)
deps = build(settings)
app = create_app(settings, deps)
deps.worker.start()
