"""Effects in recipes: what a rendition's list of them means, and which are refused with line and reason."""

import base64

import pytest
from PIL import Image

from imaging.effects import Border, Colorize, Text, Watermark
from imaging.recipes import parse
from kit.errors import ConfigurationError
from tests.support import pictures

PNG = base64.b64encode(pictures.png()).decode()

LARGE_PNG = base64.b64encode(pictures.encoded(Image.new("1", (1025, 1)), "PNG")).decode()

BROKEN_PNG = base64.b64encode(pictures.png()[:-40]).decode()


def effects_file(effects: str) -> str:
    """Return a recipes file whose only rendition, in its fifth line, has these effects; a width follows them."""
    return f'[[recipe]]\nname = "r"\n[[recipe.rendition]]\nname = "w"\neffects = {effects}\nwidth = 9\n'


@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        ("", "the field `effect` is missing"),
        ('effect = "brightness"', "the field `factor` is missing"),
        ('effect = "brightness", factor = -1', "Expected a number >= 0"),
        ('effect = "brightness", factor = 4.5', "Expected a number <= 4"),
        ('effect = "brightness", factor = "much"', "factor: Expected a number, got text"),
        ('effect = "brightness", factor = nan', "Expected a number >= 0"),
        ('effect = "contrast", factor = 5', "Expected a number <= 4"),
        ('effect = "saturation", factor = 5', "Expected a number <= 4"),
        ('effect = "sharpen", factor = 0.5', "Expected a number >= 1"),
        ('effect = "sharpen", factor = 11', "Expected a number <= 10"),
        ('effect = "blur", sigma = 0.1', "Expected a number >= 0.3"),
        ('effect = "blur", sigma = 101', "Expected a number <= 100"),
        ('effect = "blur", radius = 2', "there is no field `radius`|the field `sigma` is missing"),
        ('effect = "colorize", light = "blue"', "it must be `#rrggbb`"),
        ('effect = "pixelate", blocks = 300', "Expected a whole number <= 256"),
        ('effect = "text", text = ""', "length >= 1"),
        (f'effect = "text", text = "{"a" * 101}"', "length <= 100"),
        ('effect = "text", text = "Zoë ☂"', "the built-in font cannot write 'ë', '☂'"),
        ('effect = "text", text = "a", size = 0.6', "Expected a number <= 0.5"),
        ('effect = "text", text = "a", size = 0', "Expected a number >= 0.01"),
        ('effect = "text", text = "a", opacity = 0', "Expected a number > 0"),
        ('effect = "text", text = "a", position = "attention"', "position: 'attention' is not one of centre, north"),
        ('effect = "watermark"', "the field `png` is missing"),
        ('effect = "watermark", png = "not base64!"', "the watermark is not base64"),
        ('effect = "watermark", png = "größer"', "the watermark is not base64"),
        ('effect = "watermark", png = "bm8gcGljdHVyZQ=="', "the watermark cannot be read as a PNG"),
        (f'effect = "watermark", png = "{BROKEN_PNG}"', "the watermark cannot be read as a PNG"),
        (f'effect = "watermark", png = "{LARGE_PNG}"', "the watermark is 1025×1; a side may have 1024 pixels"),
        (f'effect = "watermark", png = "{"A" * 65_537}"', "length <= 65536"),
        (f'effect = "watermark", png = "{PNG}", opacity = 2', "Expected a number <= 1"),
        (f'effect = "watermark", png = "{PNG}", size = 1.1', "Expected a number <= 1"),
        ('effect = "border", width = 0', "Expected a whole number >= 1"),
        ('effect = "border", width = 501', "Expected a whole number <= 500"),
        ('effect = "border", width = 1, colour = "#fff"', "it must be `#rrggbb`"),
        ('effect = "flip", factor = 1', "there is no field `factor`"),
    ],
)
def test_an_effect_that_cannot_be_meant_is_refused_with_line_and_reason(effect: str, reason: str) -> None:
    fine = '{ effect = "text", text = "[{ # }]" }'
    bad = f"{{ {effect} }}"
    arranged = {
        5: [f"[{bad}]", f"[{fine}, {bad}, {fine}]"],
        8: [f"[\n    {fine}, # [not] {{this}}\n    {fine},\n    {bad},\n]"],
    }
    for line, texts in arranged.items():
        for effects in texts:
            with pytest.raises(ConfigurationError, match=reason) as refused:
                parse(effects_file(effects), "mine.toml")
            assert str(refused.value).startswith(f"mine.toml, line {line}: ")


def test_effects_that_say_little_mean_what_the_docs_say() -> None:
    effects = f"""[
        {{ effect = "colorize", light = "#ffcc88" }},
        {{ effect = "text", text = "© Ann" }},
        {{ effect = "watermark", png = "{PNG}" }},
        {{ effect = "border", width = 2 }},
    ]"""
    assert parse(effects_file(effects)).recipe[0].rendition[0].effects == (
        Colorize(dark="#000000", light="#ffcc88"),
        Text(text="© Ann", size=0.05, colour="#ffffff", position="southeast", opacity=1),
        Watermark(png=PNG, size=0.2, position="southeast", opacity=0.5),
        Border(width=2, colour="#000000"),
    )


def test_a_watermark_may_be_broken_into_lines() -> None:
    broken = "\n".join(PNG[i : i + 76] for i in range(0, len(PNG), 76))
    assert Watermark(png=broken).content == pictures.png()
