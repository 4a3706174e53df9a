"""Deploying the chain to any engine, and taking it away."""
