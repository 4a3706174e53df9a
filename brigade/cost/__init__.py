"""What the chain costs on AWS: what was measured of it, times a dated price list."""
