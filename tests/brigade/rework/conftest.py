"""What the tests of `brigade missing`, `rerun` and `archive` share."""

import pytest

from brigade.pipeline import Pipeline
from tests.support.deployed import Deployed, deploy


@pytest.fixture
def deployed(state: None, cloud: None, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    made = deploy()
    monkeypatch.setattr(Pipeline, "find", lambda *_: made.pipeline)
    return made
