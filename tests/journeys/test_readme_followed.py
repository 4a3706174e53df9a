"""README.md is followed to the letter, by somebody who has a copy of the repository and a folder of pictures.

Everything is installed into a fresh environment from the package index, so only `make newcomer` does this.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from brigade.demo import samples

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sh|toml)\n(.*?)```", README, re.DOTALL)
# What is not run as it stands, and what is run instead.
ELSEWHERE = {
    "make demo": "",  # tests/brigade/demo
    "make test": "",  # which this is a part of
    "AWS_PROFILE=mine AWS_REGION=eu-west-1 brigade deploy": "brigade up --detach && brigade deploy",
    "brigade destroy && brigade down": "brigade destroy --yes && brigade down",  # it asks, and here nobody answers
    "brigade status --watch": "brigade status",  # it watches until somebody stops it
}
# A user has installed it, and works elsewhere; nothing of the repository is near.
OUTSIDE = """
cd "$HOME/elsewhere"
brigade --version
brigade recipes check
brigade process "$HOME/Pictures/holiday/beach.jpg" --out made
test -n "$(find made -name '*.jpg')"
python3 -m venv "$HOME/pipx"
"$HOME/pipx/bin/pip" install --quiet pipx
PIPX_HOME="$HOME/pipx-home" PIPX_BIN_DIR="$HOME/pipx-bin" "$HOME/pipx/bin/pipx" install "$HOME/bucket-brigade"
"$HOME/pipx-bin/brigade" recipes check
"""


def typed() -> str:
    """Return all that README has somebody type, one line each."""
    lines = []
    for language, block in BLOCKS:
        if language == "toml":
            lines.append(f"printf %s {shlex.quote(block)} > my-recipes.toml")
            continue
        commands = [re.sub(r"\s+# .*", "", line) for line in block.splitlines()]
        lines += filter(None, (ELSEWHERE.get(line, line) for line in commands))
    return " || exit 1\n".join(lines)  # of a list, `set -e` heeds the last command alone


def test_what_is_not_run_still_stands_there() -> None:
    assert [line for line in ELSEWHERE if not re.search(rf"^{re.escape(line)}( |$)", README, re.MULTILINE)] == []
    assert typed().count("brigade ") > 15


@pytest.mark.skipif("NEWCOMER" not in os.environ, reason="installs everything anew: `make newcomer` runs it")
def test_readme_is_followed_to_the_letter_in_a_fresh_environment(tmp_path: Path) -> None:
    copy, commands = tmp_path / "bucket-brigade", tmp_path / "bin"
    for name in subprocess.check_output(["git", "ls-files"], text=True, cwd=ROOT).splitlines():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    commands.mkdir()
    (commands / "python3").symlink_to(Path(sys.executable).resolve())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "Pictures/holiday").mkdir(parents=True)
    beach = tmp_path / "Pictures/holiday/beach.jpg"
    beach.write_bytes(samples.photograph(samples.SMALL, samples.NOON, 6))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BRIGADE_"))}
    del environment["NEWCOMER"]
    environment |= {
        "HOME": str(tmp_path),
        "PATH": f"{commands}:/usr/bin:/bin",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    # The local cloud is that of the copy's folder.
    script = f"set -exuo pipefail\ntrap 'cd {copy}; brigade down' EXIT\n{typed()}\n{OUTSIDE}"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=copy,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout
    assert (copy / "outputs").is_dir()
    assert (copy / "preview/index.html").is_file()
