"""`flask model`: train, evaluate, and try the model."""

from flask.cli import AppGroup

model_cli = AppGroup("model", help="Train, evaluate and try the model.")
