"""The application for gunicorn and the `flask` command: `gunicorn wsgi:app`."""

import sys

from moderation import create_app
from moderation.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:  # one sentence that says what to do, not a trace
    print(f"Evenkeel cannot start. {error}", file=sys.stderr)
    sys.exit(3)  # the code that tells gunicorn not to try again
