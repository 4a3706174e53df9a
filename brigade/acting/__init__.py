"""Where a command acts, and whether its operator agrees to that."""
