"""Entry of the agent: `gunicorn -c common/gunicorn_conf.py country_api.wsgi:app`."""

import atexit
import os

from common.environment import refuse, start
from country_api.app import create_app
from country_api.deps import build
from country_api.settings import CountrySettings

settings = start("country_api", CountrySettings)
if not os.environ.get("TLS_CERTIFICATE"):  # that it fits its key, gunicorn_conf has seen to
    refuse("country_api", "TLS_CERTIFICATE, TLS_KEY: missing; python -m country_api.certificate")
deps = build(settings)
app = create_app(settings, deps)
deps.start()
atexit.register(deps.close)
