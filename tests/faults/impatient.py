"""The application, in a gunicorn that waits two seconds for a request instead of twenty."""

from moderation import serve
from tests.faults.site import app

serve.READ_WITHIN = 2

__all__ = ["app"]
