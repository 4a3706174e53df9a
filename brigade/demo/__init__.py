"""The demo: sample pictures, the run, the page of what came out."""
