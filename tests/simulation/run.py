"""One run of a simulation: operations under faults, then calm, then all that can be mended is mended."""

from dataclasses import dataclass, field
from random import Random

from kit.events import Image
from tests.simulation.chance import CALM, Chance, Weather, weather
from tests.simulation.operations import PASSING, Operation, Operator, drawn
from tests.simulation.parcels import told
from tests.simulation.pixels import simulated
from tests.simulation.world import World

_REDRIVES = 8  # of letters whose failure may pass, in a world where it has passed


@dataclass(frozen=True)
class Plan:
    """What makes a run: the same plan gives the same run."""

    seed: int
    operations: tuple[Operation, ...]
    weather: Weather
    without: frozenset[int] = frozenset()
    keeps: str = ""  # whether archive keeps originals; empty: there is no archive

    @classmethod
    def of(cls, seed: int) -> "Plan":
        """Draw a plan."""
        random = Random(seed)  # noqa: S311 - a simulation is to be repeated
        return cls(seed, tuple(drawn(random)), weather(random), keeps=("", "yes", "", "no")[seed % 4])


@dataclass
class Run:
    """A world after its operations, and what was done to it."""

    plan: Plan
    world: World = field(init=False)
    operator: Operator = field(init=False)

    def __post_init__(self) -> None:
        self.world = World(Chance(self.plan.seed, self.plan.weather, self.plan.without), keeps=self.plan.keeps)
        self.operator = Operator(self.world)

    def operate(self) -> None:
        """Do every operation while the chain works, then let it come to rest."""
        for operation in self.plan.operations:
            if self.plan.weather == CALM:
                self.world.run()
            else:
                self._work(int(self.world.chance.random.random() ** 2 * 40))
            while not self.operator.do(operation):
                if not (self.world.deliver() or self.world.jump() or self.redrive()):
                    break  # nobody would be let do it
        self.world.run()

    def _work(self, turns: int) -> None:
        for _ in range(turns):
            if not (self.world.deliver() or self.world.jump()):
                break

    def redrive(self) -> bool:
        """Redrive the letters whose failure may pass; return whether there were any."""
        found = [(actor, each) for actor, letters in self.world.dead.items() for each in letters]
        passing = [(actor, each) for actor, each in found if self.operator.letter(each).reason in PASSING]
        for actor, parcel in passing:
            self.world.dead[actor].remove(parcel)
            self.operator.send_back(actor, parcel)
        return bool(passing)

    def mend(self) -> None:
        """Let the faults end; redrive what may pass now, and make every picture once more with the recipes of now."""
        self.world.chance.weather = CALM
        self.world.run()
        for _ in range(_REDRIVES):
            if not self.redrive():
                break
            self.world.run()
        for actor in ("ingest", "resize"):
            self.world.clock.seconds += 10
            self.operator.rerun(actor)
            self.world.run()
            self.operator.approve_again()
            self.world.run()

    def names(self) -> dict[str, str]:
        """Return the uploads' names in the story, by their ids."""
        return {
            Image.of(source).id: f"#{n} {source.key}"
            for n, source in enumerate(self.operator.versions, 1)
            if source.size is not None
        }

    def story(self) -> str:
        """Return what was done and what happened, in lines."""
        lines = ["operations:", *(f"  {each}" for each in self.plan.operations), "what happened:"]
        for seconds, depth, line, parcels in self.world.story:
            about = ", ".join(
                f"{told(each)}{f' for the {each.attempts}. time' * (each.attempts > 1)}" for each in parcels
            )
            lines.append(f"  {seconds:9.3f} s {'  ' * depth}{line} {about}".rstrip())
        return "\n".join(lines)


def calmly(plan: Plan) -> Run:
    """Return the run of the same operations without any fault."""
    run = Run(Plan(0, plan.operations, CALM, keeps=plan.keeps))
    with simulated(run.world.time):
        run.operate()
        run.mend()
    return run
