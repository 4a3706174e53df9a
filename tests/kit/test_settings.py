"""Settings: what a function must be told, and what must not be."""

import pytest

from kit.errors import ConfigurationError
from kit.settings import Settings, topic_variable

TOLD = {
    "BRIGADE_SOURCE_BUCKET": "in",
    "BRIGADE_TARGET_BUCKET": "out",
    "BRIGADE_QUEUE_URL": "https://queue",
    "BRIGADE_DEAD_LETTER_QUEUE_URL": "https://dead",
}


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_a_variable_that_is_missing_is_named(name: str, how: str) -> None:
    environment = {**TOLD, name: ""} if how == "empty" else {key: v for key, v in TOLD.items() if key != name}
    with pytest.raises(ConfigurationError, match=f"the environment variable {name} is not set"):
        Settings.from_environment(environment)


def test_source_and_target_in_one_bucket_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"same bucket \(in\).*set BRIGADE_TARGET_BUCKET to another"):
        Settings.from_environment({**TOLD, "BRIGADE_TARGET_BUCKET": "in"})


def test_everything_is_read_from_the_environment() -> None:
    settings = Settings.from_environment(
        TOLD
        | {
            "BRIGADE_TABLE": "pictures",
            "BRIGADE_ENVIRONMENT": "test",
            "BRIGADE_VERSION": "1.2",
            "AWS_REGION": "eu-west-1",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/28/[1]abc",
            topic_variable("image-ingested"): "arn:1",
            topic_variable("image-rejected"): "arn:2",
        }
    )
    assert settings == Settings(
        source_bucket="in",
        target_bucket="out",
        queue_url="https://queue",
        dead_letter_queue_url="https://dead",
        table="pictures",
        environment="test",
        version="1.2",
        region="eu-west-1",
        instance="2026/11/28/[1]abc",
        topics={"image-ingested": "arn:1", "image-rejected": "arn:2"},
    )


def test_what_need_not_be_told_has_a_default() -> None:
    settings = Settings.from_environment(TOLD)
    assert (settings.environment, settings.table, settings.topics) == ("local", "", {})
