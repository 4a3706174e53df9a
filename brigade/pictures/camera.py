"""What the camera says of a picture, in the operator's words."""

from records.picture import Described


def lines(camera: Described | None) -> dict[str, str]:
    """Return a record's facts as a few named lines; what is not known is left away."""
    if camera is None:
        return {}
    said = {
        "camera": _listed(
            " ".join(filter(None, (camera.make, camera.model))),
            _worded("serial {}", camera.serial),
            camera.lens,
            camera.software,
        ),
        "taken": camera.taken_at or "",
        "place": f"{camera.latitude}, {camera.longitude}" if camera.latitude is not None else "",
        "exposure": _listed(
            _seconds(camera.exposure_s),
            _worded("f/{:g}", camera.aperture),
            _worded("ISO {}", camera.iso),
            _worded("{:g} mm", camera.focal_mm),
        ),
        "trap": _listed(
            _worded("{:g} °C", camera.temperature_c),
            _worded("moon {}", camera.moon_phase),
            camera.trigger,
            camera.sequence,
            _worded("battery {}", camera.battery),
        ),
        "alt text": camera.alt or "",
        "metadata": _listed(
            f"by {camera.extractor} {camera.version}",
            camera.tags or ("all in `--json`" if camera.packed else ""),
            camera.problem,
        ),
    }
    return {name: text for name, text in said.items() if text}


def _listed(*texts: str | None) -> str:
    return ", ".join(text for text in texts if text)


def _worded(words: str, value: object) -> str:
    return "" if value is None else words.format(value)


def _seconds(time: float | None) -> str:
    """Return an exposure time as cameras write it: 1/60 s, 0.5 s, 4 s."""
    if time is None:
        return ""
    whole = round(1 / time)
    return f"1/{whole} s" if time < 1 / 2 and abs(1 / time - whole) < whole / 50 else f"{time:g} s"
