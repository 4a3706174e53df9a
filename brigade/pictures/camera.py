"""What the camera says of a picture, in the operator's words."""

from collections.abc import Mapping
from typing import Any


def lines(camera: Mapping[str, Any] | None) -> dict[str, str]:
    """Return a record's facts as a few named lines; what is not known is left away."""
    if camera is None:
        return {}
    said = {
        "camera": _listed(
            " ".join(camera[name] for name in ("make", "model") if name in camera),
            _worded("serial {}", camera.get("serial")),
            camera.get("lens"),
            camera.get("software"),
        ),
        "taken": camera.get("taken_at", ""),
        "place": f"{camera['latitude']}, {camera['longitude']}" if "latitude" in camera else "",
        "exposure": _listed(
            _seconds(camera.get("exposure_s")),
            _worded("f/{:g}", camera.get("aperture")),
            _worded("ISO {}", camera.get("iso")),
            _worded("{:g} mm", camera.get("focal_mm")),
        ),
        "trap": _listed(
            _worded("{:g} °C", camera.get("temperature_c")),
            _worded("moon {}", camera.get("moon_phase")),
            camera.get("trigger"),
            camera.get("sequence"),
            _worded("battery {}", camera.get("battery")),
        ),
        "metadata": _listed(f"by {camera['extractor']} {camera['version']}", camera.get("tags"), camera.get("problem")),
    }
    return {name: text for name, text in said.items() if text}


def _listed(*texts: str | None) -> str:
    return ", ".join(text for text in texts if text)


def _worded(words: str, value: Any) -> str:
    return "" if value is None else words.format(value)


def _seconds(time: float | None) -> str:
    """Return an exposure time as cameras write it: 1/60 s, 0.5 s, 4 s."""
    if time is None:
        return ""
    whole = round(1 / time)
    return f"1/{whole} s" if time < 1 / 2 and abs(1 / time - whole) < whole / 50 else f"{time:g} s"
