"""What Rekognition answers, in its documented shape; labels by version 7 of its taxonomy.

https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectModerationLabels.html
"""

from typing import Any

INTIMATE = "Non-Explicit Nudity of Intimate parts and Kissing"


def label(name: str, parent: str, level: int, confidence: float) -> dict[str, Any]:
    return {"Name": name, "ParentName": parent, "TaxonomyLevel": level, "Confidence": confidence}


def answer(*labels: dict[str, Any]) -> dict[str, Any]:
    return {"ModerationLabels": list(labels), "ModerationModelVersion": "7.0", "ContentTypes": []}


NOTHING = answer()
NUDE = answer(
    label("Exposed Female Nipple", "Explicit Nudity", 3, 99.27),
    label("Explicit Nudity", "Explicit", 2, 99.27),
    label("Explicit", "", 1, 99.27),
    label("Swimwear or Underwear", "", 1, 3.1),
)
BEACH = answer(
    label("Exposed Male Nipple", "Non-Explicit Nudity", 3, 98.8),
    label("Bare Back", "Non-Explicit Nudity", 3, 61.2),
    label("Non-Explicit Nudity", INTIMATE, 2, 98.8),
    label(INTIMATE, "", 1, 98.8),
    label("Implied Nudity", "Non-Explicit Nudity", 3, 11.6),
)
FIGHT = answer(label("Weapon Violence", "Graphic Violence", 3, 88.0), label("Violence", "", 1, 88.0))
