"""What the camera says of a picture, in the operator's words."""

from typing import Any

import pytest

from brigade.pictures.camera import lines
from records.picture import Described


def described(**facts: Any) -> Described:
    return Described(extractor="exiftool", version="13.59", **facts)


def test_everything_that_may_be_known_has_its_line() -> None:
    assert lines(
        described(
            make="RECONYX",
            model="HyperFire",
            serial="P800",
            lens="EF-S18-55mm",
            software="3.0.1",
            taken_at="2010-11-06T04:04:00",
            latitude=-46.5,
            longitude=1.25,
            exposure_s=0.016666667,
            aperture=2.8,
            iso=400,
            focal_mm=34,
            temperature_c=-5,
            moon_phase="New",
            trigger="Motion Detection",
            sequence="1 of 3",
            battery="9.82 V",
            tags="metadata/id.json.gz",
        )
    ) == {
        "camera": "RECONYX HyperFire, serial P800, EF-S18-55mm, 3.0.1",
        "taken": "2010-11-06T04:04:00",
        "place": "-46.5, 1.25",
        "exposure": "1/60 s, f/2.8, ISO 400, 34 mm",
        "trap": "-5 °C, moon New, Motion Detection, 1 of 3, battery 9.82 V",
        "metadata": "by exiftool 13.59, metadata/id.json.gz",
    }


def test_what_is_not_known_has_no_line() -> None:
    assert lines(None) == {}
    assert lines(described()) == {"metadata": "by exiftool 13.59"}
    assert lines(described(model="G4", temperature_c=0)) == {
        "camera": "G4",
        "trap": "0 °C",
        "metadata": "by exiftool 13.59",
    }


def test_why_another_had_to_read_is_said() -> None:
    assert lines(Described(extractor="Pillow", version="13.0.0", problem="it hung"))["metadata"] == (
        "by Pillow 13.0.0, it hung"
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.016666667, "1/60 s"),
        (0.000125, "1/8000 s"),
        (0.5, "0.5 s"),
        (4, "4 s"),
        (0.3, "0.3 s"),
        (1e-6, "1/1000000 s"),
    ],
)
def test_exposures_are_said_as_cameras_say_them(seconds: Any, said: str) -> None:
    assert lines(described(exposure_s=seconds))["exposure"] == said
