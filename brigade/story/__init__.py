"""One picture's story as people read it: timeline, trace, camera, verdict."""
