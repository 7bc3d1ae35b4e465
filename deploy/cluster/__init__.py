"""Several machines, tried on one computer."""
