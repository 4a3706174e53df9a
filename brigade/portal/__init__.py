"""The portal on this machine."""
