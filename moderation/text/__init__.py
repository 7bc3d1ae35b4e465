"""Text as the model reads it: one cleaning and one tokenising for training and serving."""
