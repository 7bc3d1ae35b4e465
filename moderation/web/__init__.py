"""What every page shares: permissions, the guard, errors, pagination, template helpers."""
