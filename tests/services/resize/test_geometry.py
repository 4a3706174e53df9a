"""Geometry: whatever the sizes, a rendition stays within its promises."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from imaging.limits import MAX_SIDE
from imaging.recipes import MAX_GROWN_SIDE, Fit, Gravity, Rendition
from services.resize.geometry import SHARES, Plan, centred_on, cut_at, plan

sides = st.integers(1, 20_000)
bounds = st.integers(1, MAX_GROWN_SIDE)
booleans = st.booleans()


def rendition(fit: Fit, width: int | None, height: int | None, enlarge: bool = False) -> Rendition:
    return Rendition(name="r", fit=fit, width=width, height=height, enlarge=enlarge)


@st.composite
def renditions(draw: st.DrawFn) -> Rendition:
    fit: Fit = draw(st.sampled_from(["inside", "outside", "cover", "contain", "fill"]))
    width, height = draw(bounds), draw(bounds)
    if fit == "inside":
        one = draw(st.sampled_from([(width, None), (None, height), (width, height)]))
        return rendition(fit, *one, draw(booleans))
    return rendition(fit, width, height, draw(booleans))


@given(sides, sides, renditions())
def test_what_is_taken_lies_inside_the_source_and_is_not_empty(width: int, height: int, wanted: Rendition) -> None:
    left, top, right, bottom = plan(width, height, wanted).box
    assert 0 <= left < right <= width + 1e-6
    assert 0 <= top < bottom <= height + 1e-6


@given(sides, sides, renditions())
def test_every_rendition_has_pixels(width: int, height: int, wanted: Rendition) -> None:
    planned = plan(width, height, wanted)
    assert min(planned.size) >= 1
    assert planned.canvas[0] >= planned.size[0]
    assert planned.canvas[1] >= planned.size[1]


@given(sides, sides, renditions())
def test_no_side_is_longer_than_every_format_can_write(width: int, height: int, wanted: Rendition) -> None:
    assert max(plan(width, height, wanted).canvas) <= MAX_SIDE


@given(sides, sides, renditions())
def test_nothing_is_enlarged_unless_told_to(width: int, height: int, wanted: Rendition) -> None:
    assume(not wanted.enlarge)
    planned = plan(width, height, wanted)
    left, top, right, bottom = planned.box
    assert planned.size[0] <= max(1, right - left + 0.5)
    assert planned.size[1] <= max(1, bottom - top + 0.5)


@given(sides, sides, renditions())
def test_all_fits_but_outside_stay_within_their_bounds(width: int, height: int, wanted: Rendition) -> None:
    assume(wanted.fit != "outside")
    planned = plan(width, height, wanted)
    assert wanted.width is None or planned.canvas[0] <= wanted.width
    assert wanted.height is None or planned.canvas[1] <= wanted.height


@given(sides, sides, bounds, bounds)
def test_told_to_enlarge_cover_contain_and_fill_have_exactly_their_bounds(
    width: int, height: int, wide: int, high: int
) -> None:
    fits: tuple[Fit, ...] = ("cover", "contain", "fill")
    for fit in fits:
        assert plan(width, height, rendition(fit, wide, high, enlarge=True)).canvas == (wide, high)


@given(sides, sides, bounds, bounds)
def test_contain_always_has_a_canvas_of_its_bounds(width: int, height: int, wide: int, high: int) -> None:
    assert plan(width, height, rendition("contain", wide, high)).canvas == (wide, high)


@given(sides, sides, bounds, bounds, booleans)
def test_cover_keeps_the_proportions_of_its_bounds(width: int, height: int, wide: int, high: int, more: bool) -> None:
    planned = plan(width, height, rendition("cover", wide, high, more))
    across, down = planned.size
    if planned.size != (wide, high):  # smaller than asked for; each side is rounded by itself, at least to one
        assert abs(across - down * wide / high) <= 0.5 + 0.5 * wide / high or 1 in planned.size


@given(sides, sides, bounds, bounds)
def test_cover_takes_the_middle(width: int, height: int, wide: int, high: int) -> None:
    left, top, right, bottom = plan(width, height, rendition("cover", wide, high)).box
    assert left == pytest.approx(width - right, abs=1e-6)
    assert top == pytest.approx(height - bottom, abs=1e-6)


# Where the window of a cover touches the source: across, down (None: in the middle).
TOUCHES: dict[Gravity, tuple[str | None, str | None]] = {
    "centre": (None, None),
    "north": (None, "top"),
    "northeast": ("right", "top"),
    "east": ("right", None),
    "southeast": ("right", "bottom"),
    "south": (None, "bottom"),
    "southwest": ("left", "bottom"),
    "west": ("left", None),
    "northwest": ("left", "top"),
}


@pytest.mark.parametrize("gravity", SHARES)
@given(sides, sides, bounds, bounds)
def test_gravity_says_which_edges_cover_keeps(gravity: Gravity, width: int, height: int, wide: int, high: int) -> None:
    wanted = Rendition(name="r", fit="cover", gravity=gravity, width=wide, height=high)
    left, top, right, bottom = plan(width, height, wanted).box
    across, down = TOUCHES[gravity]
    near = {"left": left, "right": width - right, None: abs(left - (width - right))}
    assert near[across] == pytest.approx(0, abs=1e-6)
    far = {"top": top, "bottom": height - bottom, None: abs(top - (height - bottom))}
    assert far[down] == pytest.approx(0, abs=1e-6)


@given(sides, sides, bounds, bounds, st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_wherever_cover_cuts_it_stays_inside_the_source_and_keeps_its_size(
    width: int, height: int, wide: int, high: int, share: tuple[float, float]
) -> None:
    step = plan(width, height, rendition("cover", wide, high))
    moved = cut_at(step, width, height, share)
    left, top, right, bottom = moved.box
    assert -1e-6 <= left < right <= width + 1e-6
    assert -1e-6 <= top < bottom <= height + 1e-6
    assert (moved.size, moved.canvas) == (step.size, step.canvas)


@given(sides, sides, bounds, bounds, st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_crop_that_was_told_where_to_look_shows_that_point_and_as_much_around_it_as_there_is(
    width: int, height: int, wide: int, high: int, focus: tuple[float, float]
) -> None:
    step = plan(width, height, Rendition(name="r", fit="cover", gravity="focus", width=wide, height=high))
    moved = centred_on(step, width, height, focus)
    assert (moved.size, moved.canvas) == (step.size, step.canvas)
    for side, whole in enumerate((width, height)):
        begin, end, point = moved.box[side], moved.box[side + 2], focus[side] * whole
        assert -1e-6 <= begin <= point + 1e-6
        assert point - 1e-6 <= end <= whole + 1e-6
        in_the_middle = (begin + end) / 2 == pytest.approx(point, abs=1e-6)
        assert in_the_middle or begin == pytest.approx(0, abs=1e-6) or end == pytest.approx(whole, abs=1e-6)


@given(sides, sides, bounds, bounds)
def test_the_middle_as_focus_is_what_the_gravity_centre_takes(width: int, height: int, wide: int, high: int) -> None:
    step = plan(width, height, rendition("cover", wide, high))
    assert centred_on(step, width, height, (0.5, 0.5)).box == pytest.approx(step.box, abs=1e-9)


@given(sides, sides, renditions())
def test_inside_outside_and_contain_show_the_whole_in_its_proportions(
    width: int, height: int, wanted: Rendition
) -> None:
    assume(wanted.fit in ("inside", "outside", "contain"))
    planned = plan(width, height, wanted)
    assert planned.box == (0, 0, width, height)
    across, down = planned.size
    assert abs(across - down * width / height) <= 0.5 + 0.5 * width / height or 1 in planned.size


@pytest.mark.parametrize(
    ("source", "wanted", "size"),
    [
        ((4000, 3000), rendition("inside", 1280, 720), (960, 720)),
        ((3000, 4000), rendition("inside", 1280, 720), (540, 720)),
        ((4000, 3000), rendition("inside", 150, None), (150, 112)),
        ((4000, 3000), rendition("inside", None, 150), (200, 150)),
        ((640, 480), rendition("inside", 1280, 720), (640, 480)),
        ((640, 480), rendition("inside", 1280, 720, enlarge=True), (960, 720)),
        ((4000, 3000), rendition("cover", 600, 600), (600, 600)),
        ((400, 300), rendition("cover", 600, 600), (300, 300)),
        ((400, 300), rendition("cover", 600, 600, enlarge=True), (600, 600)),
        ((4000, 3000), rendition("outside", 600, 600), (800, 600)),
        ((400, 300), rendition("fill", 600, 100), (400, 100)),
        ((10_000, 1), rendition("inside", 50, 50), (50, 1)),
        ((20_000, 1), rendition("inside", None, 150, enlarge=True), (16_383, 1)),
        ((20_000, 400), rendition("outside", 300, 300), (15_000, 300)),
        ((20_000, 400), rendition("outside", 800, 800, enlarge=True), (16_383, 328)),
    ],
)
def test_sizes_that_people_know(source: tuple[int, int], wanted: Rendition, size: tuple[int, int]) -> None:
    assert plan(*source, wanted).size == size


def test_the_scale_says_how_much_of_the_source_is_needed() -> None:
    whole = (0.0, 0.0, 400.0, 200.0)
    assert Plan(whole, (100, 100), (100, 100)).scale == 0.5
