"""Quality control: blind looks, golden items, disagreements, and the figures that come of them."""
