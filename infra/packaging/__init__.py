"""A function's code as a zip, the layer with exiftool, and the releases that both are pinned to."""
