"""Which engine a deployment gets."""

import pytest

from kit.errors import ConfigurationError
from services.moderate import rekognition
from services.moderate.actor import MODERATOR
from services.moderate.engines import chosen


def test_the_one_that_is_chosen() -> None:
    assert chosen({MODERATOR.variable: "rekognition"}) is rekognition.judge


def test_none() -> None:
    assert chosen({MODERATOR.variable: "none"}) is None


def test_a_name_that_is_no_engines_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="BRIGADE_MODERATOR is 'nobody': use one of rekognition, open-nsfw"):
        chosen({MODERATOR.variable: "nobody"})
