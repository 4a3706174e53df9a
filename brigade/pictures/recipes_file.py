"""Which recipes file the command line uses."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from brigade.console import say
from brigade.project import state_folder
from imaging.recipes import DEFAULT_PATH, Recipes, parse, read
from kit.errors import ConfigurationError

_FILE = re.compile(r"""(?<=[{,\s])file\s*=\s*["']([^"'\n]+)["']""")


def recipes_path(named: Path | None = None) -> Path:
    """Return the file that was named, else ./recipes.toml where there is one, else the one that came with brigade."""
    here = Path("recipes.toml")
    return named or (here if here.is_file() else DEFAULT_PATH)


def warn(recipes: Recipes) -> None:
    """Say of which recipes nothing will come, and which keys none takes."""
    for warning in recipes.warnings():
        say(f"warning: {warning}")


def load_recipes(named: Path | None = None) -> Recipes:
    """Read those recipes; raises ConfigurationError with file, line and reason."""
    path = recipes_path(named)
    return parse(_inlined(path), str(path))


def self_contained(path: Path) -> Path:
    """Return a file of the same recipes, for functions, which have none of the files that watermarks are in."""
    text = _inlined(path)
    if text == read(path):
        return path
    copy = state_folder() / "recipes" / f"{sha256(text.encode()).hexdigest()}.toml"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text, encoding="utf-8")
    return copy


def _inlined(path: Path) -> str:
    """Return the file's text with the content of each watermark in place of its file's name."""

    def png(found: re.Match[str]) -> str:
        try:
            return f'png = "{b64encode((path.parent / found[1]).read_bytes()).decode()}"'
        except OSError as error:
            raise ConfigurationError(f"{path}: watermark {found[1]} cannot be read: {error.strerror}") from error

    return _FILE.sub(png, read(path))
