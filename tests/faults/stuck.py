"""The application with a scorer that hangs over one word, and is not waited for as long."""

import time

from moderation import create_app
from moderation.scoring import deadline, serving
from tests.fixed_scorer import FixedScorer

POISON = "hangingword"
deadline.STUCK_SECONDS = 2


class Hanging(FixedScorer):
    """Known answers, but for the poison."""

    def score(self, texts):
        if any(POISON in text for text in texts):
            time.sleep(3600)
        return super().score(texts)


app = create_app()
app.extensions[serving.DEADLINE] = deadline.Deadline(Hanging(), 1)
app.extensions[serving.KEY] = app.extensions[serving.DEADLINE]
