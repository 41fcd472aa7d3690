"""What gunicorn loads: the app, and the one worker beside it."""

from common.environment import refuse, start
from models.codes import Service
from payments_webhook.app import create_app
from payments_webhook.database import StoreFailed
from payments_webhook.deps import build
from payments_webhook.settings import PaymentsWebhookSettings

settings = start(Service.PAYMENTS_WEBHOOK, PaymentsWebhookSettings)
try:
    deps = build(settings)
except StoreFailed as trouble:
    refuse(Service.PAYMENTS_WEBHOOK, f"STATE_DIR: cannot be used ({trouble.__cause__ or trouble})")
app = create_app(settings, deps)
deps.worker.start()
