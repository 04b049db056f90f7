"""The WSGI entry: `gunicorn wsgi:app`, and `flask` finds the application here too."""

import sys

from catalogue import cli
from catalogue.app import create_app
from catalogue.core import logs
from config import SettingRefused, at_start

_settings = at_start()
logs.configure(_settings.log_level)
sys.excepthook = cli.last_words
try:
    application = app = create_app(_settings)
except SettingRefused as _refusal:
    raise SystemExit(f"没有启动：{_refusal}") from None
