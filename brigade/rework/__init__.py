"""Sending pictures through a part of the chain once more."""
