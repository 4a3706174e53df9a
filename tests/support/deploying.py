"""What every deployment works out again from the same sources: zips and the template, made once a process."""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.packaging import zips
from infra.template import template
from kit.chain import Chain


def deploy_quickly(patch: pytest.MonkeyPatch) -> None:
    """Let deployments share what is the same for all of them, for as long as the patches hold."""
    pack = cache(_pack)

    def zipped(files: Mapping[str, Path], programs: Collection[str] = ()) -> bytes:
        return pack(
            tuple((name, path, path.stat().st_mtime_ns) for name, path in sorted(files.items())), tuple(programs)
        )

    rendered = cache(_rendered)
    patch.setattr("infra.packaging.package.zipped", zipped)
    patch.setattr(
        "brigade.deploy.deployment.template",
        lambda chain, tags: SimpleNamespace(to_dict=lambda: rendered(chain, tuple(sorted(tags.items())))),
    )


def _pack(files: tuple[tuple[str, Path, int], ...], programs: tuple[str, ...]) -> bytes:
    return zips.zipped({name: path for name, path, _ in files}, programs)


def _rendered(chain: Chain, tags: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    return dict(template(chain, dict(tags)).to_dict())
