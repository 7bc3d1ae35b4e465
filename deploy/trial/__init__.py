"""The installation tried for real: `script/try-install` boots a system and does it all there."""
