"""Which scores hold a comment: versioned thresholds and the pure decision over them."""
