"""The internal app for gunicorn."""

from common.environment import start
from main_api.app import create_app
from main_api.settings import MainSettings

app = create_app(start("main_api", MainSettings))
