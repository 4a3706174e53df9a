"""What has become of every file of an import."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from brigade.terminal import counted

_NAMED = 50  # refused files that are named; of more, how many there are


@dataclass
class Account:
    """Counts, and why files were not copied: skipped on purpose, or refused by somebody."""

    dry_run: bool = False
    copied: int = 0
    there: int = 0
    deleted: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)  # by the reason
    refused: dict[str, str] = field(default_factory=dict)  # reasons by the file

    def skip(self, name: str, why: str) -> None:
        """Note a file that is left out."""
        self.skipped[why] += 1
        self.examples.setdefault(why, name)

    def lines(self) -> Iterator[str]:
        """Yield it in words."""
        would = "would be " if self.dry_run else ""
        yield (
            f"{self.copied} {would}copied, {self.there} there already, {self.deleted} {would}deleted, "
            f"{self.skipped.total()} skipped, {len(self.refused)} refused"
        )
        for why, count in self.skipped.items():
            yield f"skipped: {counted(count, 'file')}, {why}, for example {self.examples[why]}"
        for name, why in list(self.refused.items())[:_NAMED]:
            yield f"refused: {name}: {why}"
        if len(self.refused) > _NAMED:
            yield f"refused: {len(self.refused) - _NAMED} more"
