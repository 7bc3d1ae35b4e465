"""Where progress is shown: standard error, so that standard output stays clean for JSON."""

from rich.console import Console

console = Console(stderr=True)
