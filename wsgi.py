"""The WSGI entry: `gunicorn wsgi:app`, and `flask` finds the application here too."""

import os

from catalogue.app import create_app
from catalogue.core import logs
from config import Config

_settings = Config.from_environment(os.environ)
logs.configure(_settings.log_level)
application = app = create_app(_settings)
