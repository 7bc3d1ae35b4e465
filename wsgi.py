"""The application for gunicorn and the `flask` command: `gunicorn wsgi:app`."""

from moderation import create_app

app = create_app()
