"""Scaling never makes more pixels than it is asked for or was given."""

from typing import Any

import pytest
from PIL import Image

from imaging.recipes import Rendition
from services.resize import cascade as module
from services.resize.cascade import cascade
from services.resize.geometry import Plan, plan


@pytest.mark.parametrize("whole", [(20_000, 1), (1, 20_000), (300, 200)])
@pytest.mark.parametrize(
    "wanted",
    [
        Rendition(name="r", fit="cover", width=1, height=300),
        Rendition(name="r", fit="cover", width=600, height=600, enlarge=True),
        Rendition(name="r", fit="cover", width=60, height=60),
        Rendition(name="r", fit="fill", width=600, height=10, enlarge=True),
    ],
    ids=lambda wanted: f"{wanted.fit} {wanted.width}×{wanted.height}",
)
def test_a_sliver_of_a_long_picture_is_enlarged_alone(
    whole: tuple[int, int], wanted: Rendition, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    scale = module._scale

    def noted(source: Any, whole: tuple[int, int], step: Plan, *how: Image.Resampling) -> Image.Image:
        scaled = scale(source, whole, step, *how)
        made.append(scaled.width * scaled.height)
        return scaled

    monkeypatch.setattr(module, "_scale", noted)
    step = plan(*whole, wanted)
    assert cascade(Image.new("L", whole), whole, [step])[step].size == step.size
    assert max(made) <= max(whole[0] * whole[1], step.size[0] * step.size[1])
