"""The six classes, in the order of the network's outputs."""

LABELS = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
