"""Our side of the pixel benchmark: what the actors normalize and resize call."""

from collections.abc import Iterable

from benchmarks.peers.measuring import Output, Renditions, measure
from imaging.recipes import load
from services.normalize import pixels
from services.resize import renditions as resize


def normalize(content: bytes, _: Renditions) -> Iterable[Output]:
    yield Output("master", pixels.normalize(content).content)


def renditions(content: bytes, _: Renditions) -> Iterable[Output]:
    for made in resize.make(content, load().named("default")):
        yield Output(made.name, made.content)


if __name__ == "__main__":
    measure({"normalize": normalize, "renditions": renditions})
