"""The application with a scorer that ends its process over one word, as native code might."""

import os

from moderation import create_app
from tests.fixed_scorer import FixedScorer

POISON = "fatalword"


class Dying(FixedScorer):
    """Known answers, but for the poison."""

    def score(self, texts):
        if any(POISON in text for text in texts):
            os._exit(139)
        return super().score(texts)


app = create_app(scorer=Dying())
