"""The desk where moderators decide what was held."""
