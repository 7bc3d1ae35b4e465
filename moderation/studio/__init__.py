"""Replays a policy over stored scores, so that a change is seen before it is saved."""
