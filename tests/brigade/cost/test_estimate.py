"""What a picture costs, from numbers that can be followed by hand."""

import pytest
from msgspec.structs import replace

from brigade.cost import prices
from brigade.cost.estimate import Line, estimate, unmeasured, unpriced
from brigade.cost.measured import Run, Work
from kit.actor import Actor, Bucket, Place
from kit.chain import Chain
from kit.events import ImageIngested, ImageNormalized, ImageSettled, ImageUploaded

LIST = prices.load()
CHAIN = Chain(
    origin=ImageUploaded,
    actors=(
        Actor(name="look", purpose="Looks", hears=(ImageUploaded,), says=(ImageIngested,), memory=1769),
        Actor(
            name="make",
            purpose="Makes",
            hears=(ImageIngested,),
            says=(ImageNormalized,),
            writes=(Place(Bucket.TARGET, "renditions/"),),
            memory=512,
            batch=5,
        ),
        Actor(name="note", purpose="Notes", hears=(ImageNormalized,), says=(ImageSettled,), memory=1024),
    ),
)


def work(**more: object) -> Work:
    nothing = {"messages": 1, "cpu_ms": 0, "requests": {}, "waits": {}, "read_bytes": 0, "stored_bytes": 0}
    return Work(**{**nothing, "logged_bytes": 0, **more})  # type: ignore[arg-type]


RUN = Run(
    recipe="default",
    megapixels=12,
    turned=False,
    original_bytes=1,
    actors={
        "look": work(
            cpu_ms=1_000, requests={"s3.GetObject": 1, "sns.PublishBatch": 0.1}, waits={"s3": 1, "sns": 1}, announced=1
        ),
        "make": work(cpu_ms=1_000, requests={"s3.GetObject": 1, "s3.PutObject": 10, "sns.Publish": 1}, announced=1),
        "note": work(messages=2, logged_bytes=1_000, read_bytes=90e6),
    },
    write_units={"table": 4, "by-day": 2},
)


def line(what: str, *, batched: bool = True, run: Run = RUN) -> Line:
    (found,) = [each for each in estimate(run, LIST, CHAIN, batched=batched) if each.what == what]
    return found


def test_requests_cost_their_price_and_storing_is_the_floor() -> None:
    assert (line("make: PutObject").usd, line("make: PutObject").floor) == (50.0, True)
    assert (line("make: GetObject").usd, line("make: GetObject").floor) == (0.4, True)
    assert (line("look: GetObject").usd, line("look: GetObject").floor) == (0.4, False)


def test_a_second_of_one_vcpu_costs_the_same_in_a_smaller_function() -> None:
    assert line("look: work").quantity == pytest.approx(1769 / 1024)
    assert line("make: work").quantity == pytest.approx(1769 / 1024)
    assert line("make: work").usd == pytest.approx(1769 / 1024 * 13.3334)


def test_a_function_of_more_than_one_vcpu_computes_on_one() -> None:
    large = Actor(name="look", purpose="Looks", hears=(ImageUploaded,), says=(ImageIngested,), memory=3538)
    chain = Chain(origin=ImageUploaded, actors=(large,))
    (found,) = [each for each in estimate(RUN, LIST, chain, batched=True) if each.what == "look: work"]
    assert found.quantity == pytest.approx(3538 / 1024)


def test_waiting_costs_by_memory_and_is_assumed() -> None:
    assert line("look: waiting").quantity == pytest.approx((0.020 + 0.020) * 1769 / 1024)
    assert line("look: waiting").assumed
    assert line("note: waiting").quantity == pytest.approx(1.0)  # 90 MB at 90 MB a second


def test_batches_share_an_invocation_and_what_is_asked_of_the_queue() -> None:
    full, single = 1 / 10 + 1 / 5 + 2 / 10, 1 + 1 + 2
    assert line("invocations").quantity == pytest.approx(full)
    assert line("invocations", batched=False).quantity == single
    assert line("receiving and deleting batches").quantity == pytest.approx(2 * full)
    assert line("receiving and deleting batches", batched=False).usd == pytest.approx(2 * single * 0.4)


def test_s3_announces_too() -> None:
    assert (line("announcements", batched=False).quantity, line("announcements", batched=False).usd) == (3, 1.5)
    assert line("announcements").quantity == pytest.approx(2.1), (
        "one request says what ten pictures of look have to say"
    )


def test_write_units_are_listed_by_table_and_index() -> None:
    assert (line("table").usd, line("index by-day").usd) == (2.5, 1.25)


def test_reads_of_the_catalog_cost_and_nothing_is_listed_that_costs_nothing() -> None:
    assert "reads" not in [each.what for each in estimate(RUN, LIST, CHAIN, batched=True)]
    reading = replace(RUN, actors=RUN.actors | {"note": work(requests={"dynamodb.GetItem": 2, "dynamodb.Query": 1})})
    assert line("reads", run=reading).usd == pytest.approx(3 * 0.125)


def test_the_log_costs_by_the_byte() -> None:
    assert line("the actors' log").usd == pytest.approx(1_000 * 1e6 / 1e9 * 0.5)


def test_actors_that_nobody_measured_are_named() -> None:
    assert unmeasured(RUN, CHAIN) == []
    less = replace(RUN, actors={"look": RUN.actors["look"]})
    assert unmeasured(less, CHAIN) == ["make", "note"]
    assert line("invocations", run=less).quantity == pytest.approx(0.1)


def test_requests_without_a_price_are_named() -> None:
    assert unpriced(RUN) == []
    moderated = replace(RUN, actors={"look": work(requests={"rekognition.DetectModerationLabels": 1})})
    assert unpriced(moderated) == ["rekognition.DetectModerationLabels"]
