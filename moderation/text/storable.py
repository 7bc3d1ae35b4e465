"""Make any string fit to be stored and shown."""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """`text` with what no database and no page can hold made visible as U+FFFD.

    NUL (PostgreSQL refuses it) and lone surrogates (no UTF-8) are replaced, line ends become
    \\n. Everything else stays as it was written.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", REPLACEMENT)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
