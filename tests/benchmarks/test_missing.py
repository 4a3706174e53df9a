"""What the measurement of `brigade missing` plants is found, with requests for pages and batches, not for pictures."""

from collections import Counter

from benchmarks.missing import APART, Cloud, compare
from brigade.rework.gaps import Lost


def test_what_was_planted_is_found_and_pictures_are_not_asked_for_one_by_one() -> None:
    cloud = Cloud(2 * APART)
    found = compare(cloud)
    assert Counter(each.lost for each in found) == {Lost.UNKNOWN: 2, None: 2, Lost.GONE: 2}
    assert cloud.requests.total() < 2 * APART / 20
