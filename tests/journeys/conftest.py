"""A deployed chain on the local cloud, made once for all journeys."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from brigade.__main__ import main
from brigade.deploy import deployment
from brigade.local import local_cloud, local_record
from brigade.local.cloud_process import LocalCloud
from brigade.pipeline import Pipeline
from brigade.target import local_target
from imaging.recipes import DEFAULT_PATH
from kit import aws
from tests.support import engine
from tests.support.guard import Guard, guarding
from tests.support.journey import Brigade, Journey, listening


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if item.nodeid.startswith("tests/journeys/")]
    elsewhere = bool(ours) and engine.chosen() is not None
    for item in ours:
        item.add_marker(pytest.mark.journey)
        if elsewhere and not {"journey", "guarded"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.skip(reason="needs a local cloud of its own"))


@pytest.fixture(scope="session")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped recipes, but that keys below ``unmatched/`` are nobody's; two that want moderation; one for sites."""
    text = DEFAULT_PATH.read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("recipes") / "recipes.toml"
    text = text.replace('name = "default"\n', 'name = "default"\nprefix = "in/"\n')
    site = 'name = "site"\nprefix = "site/"\nrendition = [{ name = "w40", width = 40 }, { name = "w80", width = 80 }]\n'
    path.write_text(text + moderated("gate") + moderated("flag") + f"\n[[recipe]]\n{site}", encoding="utf-8")
    return path


def moderated(mode: str) -> str:
    """Return a recipe for keys below its moderation's mode."""
    wanted = f'name = "{mode}"\nprefix = "{mode}/"\nmoderation = "{mode}"\n'
    return f'\n[[recipe]]\n{wanted}rendition = [{{ name = "small", width = 40 }}]\n'


@pytest.fixture(scope="session")
def journey(recipes: Path) -> Iterator[Journey]:
    if target := engine.chosen():
        with engine.deployed(target, recipes) as pipeline, listening(pipeline) as listener:
            yield Journey(pipeline, listener)
        return
    with local_cloud.running() as cloud:
        stack = deployment.deploy(local_target(cloud.endpoint), engine.STACK, recipes=recipes, version="test")
        pipeline = Pipeline(stack)
        with listening(pipeline) as listener:
            yield Journey(pipeline, listener, cloud)


@pytest.fixture(scope="session")
def guard() -> Iterator[Guard]:
    """The built-in local cloud once more, where IAM is enforced."""
    with guarding() as guard:
        yield guard


@pytest.fixture(scope="session")
def guarded(recipes: Path, request: pytest.FixtureRequest) -> Iterator[Journey]:
    """The chain where each function has its role's rights only; on another engine, the chain as it is there."""
    if engine.chosen():
        yield request.getfixturevalue("journey")
        return
    guard: Guard = request.getfixturevalue("guard")
    pipeline = guard.deploy("guarded", recipes)
    with listening(pipeline) as listener:
        yield Journey(pipeline, listener)


@pytest.fixture
def brigade(
    journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Brigade]:
    """An operator in an empty folder, as after `brigade up`."""
    for name, value in journey.pipeline.target.variables().items():
        monkeypatch.setenv(name, value)
    for name in ("NO_PROXY", "no_proxy"):  # set by the command; the test's end puts them back
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("BRIGADE_STACK", engine.STACK)
    monkeypatch.chdir(tmp_path)
    if journey.own_cloud:
        local_record.record(replace(journey.own_cloud, owner=str(tmp_path)))

    def give(*arguments: str, code: int | None = 0) -> str:
        capsys.readouterr()
        ended = main(list(arguments))
        said = capsys.readouterr()
        assert code in (None, ended), said.out + said.err
        return said.out if "--json" in arguments else said.out + said.err

    yield give
    aws.forget()


@pytest.fixture
def own_cloud(journey: Journey) -> LocalCloud:
    """The built-in local cloud; where there is another engine, the test is skipped."""
    return journey.cloud
