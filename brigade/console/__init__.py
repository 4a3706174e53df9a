"""The operators' console: a page on loopback, and the API behind it."""
