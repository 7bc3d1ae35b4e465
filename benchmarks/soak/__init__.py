"""The faults that a site must survive, brought about for real: see `script/soak --help`."""
