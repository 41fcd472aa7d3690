"""The public app for gunicorn."""

from common.environment import start
from main_api.public_app import create_public_app
from main_api.settings import MainSettings

app = create_public_app(start("main_api_public", MainSettings))
