"""Entry of the agent: `gunicorn -c common/gunicorn_conf.py country_api.wsgi:app`."""

import atexit

from common.environment import start
from country_api.app import create_app
from country_api.deps import build
from country_api.settings import CountrySettings

settings = start("country_api", CountrySettings)
deps = build(settings)
app = create_app(settings, deps)
deps.keeper.start()
atexit.register(deps.close)
