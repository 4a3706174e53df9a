"""Traces: what each actor did with a picture, and when."""
