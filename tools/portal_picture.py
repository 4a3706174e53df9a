"""The picture in docs/portal.md: the page on a desk and on a phone, as `make screens` has photographed it."""

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
SCREENS = ROOT / "build" / "screens"
PICTURE = ROOT / "docs" / "portal.jpg"
_SIZE, _GROUND = (1200, 680), "#d8d3cb"


def draw() -> Image.Image:
    """Return the desk's screen with the phone's before it."""
    whole = Image.new("RGB", _SIZE, _GROUND)
    for name, width, place in (("6-gallery-1440-light", 1000, (30, 30)), ("7-picture-360-dark", 290, (880, 64))):
        with Image.open(SCREENS / f"{name}.png") as screen:
            scaled = screen.convert("RGB").resize(
                (width, width * screen.height // screen.width), Image.Resampling.LANCZOS
            )
        whole.paste(scaled, place)
    return whole


if __name__ == "__main__":
    draw().save(PICTURE, quality=80, optimize=True, progressive=True)
