"""Where commands write: progress to standard error, so that standard output holds answers alone."""

from rich.console import Console

console = Console(stderr=True)
answers = Console()
