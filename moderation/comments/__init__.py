"""The way of a comment: submit.py is the spine, status.py the one door."""
