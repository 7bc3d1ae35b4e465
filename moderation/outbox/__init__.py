"""Effects that leave the system, promised with a change and delivered a little later."""
