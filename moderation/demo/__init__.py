"""A believable site to try Evenkeel on."""
