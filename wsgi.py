"""The WSGI entry: `gunicorn wsgi:app`, and `flask` finds the application here too."""

from catalogue.app import create_app

application = app = create_app()
