"""From a confidence to a verdict. Pure: knows neither engine nor cloud."""

from imaging.recipes import Recipe
from kit.events import Verdict

# Per cent from which nudity is more likely than not; Rekognition itself names what it sees from here on:
# https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectModerationLabels.html
LIKELY = 50


def verdict(confidence: int, recipe: Recipe) -> Verdict:
    """Return the verdict for a confidence in per cent; between the recipe's thresholds it is uncertain."""
    if confidence >= recipe.moderation_refuse:
        return "refused"
    return "accepted" if confidence <= recipe.moderation_accept else "uncertain"
