"""Scores for comments: the artefact on disk, and what runs it."""
