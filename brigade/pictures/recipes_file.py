"""Which recipes file the command line uses."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from brigade.project import state_folder
from brigade.terminal import say
from imaging.recipes import DEFAULT_PATH, Recipes, parse, read
from kit.errors import ConfigurationError

# Words that name a file beside the recipes, with the word whose value is that file's content in base64.
_CONTENT = {"file": "png", "font": "ttf"}
_FILE = re.compile(rf"""(?<=[{{,\s])({"|".join(_CONTENT)})\s*=\s*["']([^"'\n]+)["']""")


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
    """Return a file of the same recipes, for functions, which have none of the files of watermarks and fonts."""
    text = _inlined(path)
    if text == read(path):
        return path
    copy = state_folder() / "recipes" / f"{sha256(text.encode()).hexdigest()}.toml"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text, encoding="utf-8")
    return copy


def _inlined(path: Path) -> str:
    """Return the file's text with the content of each watermark and font in place of its file's name."""

    def content(found: re.Match[str]) -> str:
        word, name = found.groups()
        try:
            return f'{_CONTENT[word]} = "{b64encode((path.parent / name).read_bytes()).decode()}"'
        except OSError as error:
            raise ConfigurationError(f"{path}: {word} {name} cannot be read: {error.strerror}") from error

    return _FILE.sub(content, read(path))


def editors_schema() -> dict[str, Any]:
    """Return the JSON schema of a recipes file, with the words that name files."""
    found = msgspec.json.schema(Recipes)
    for word, content in _CONTENT.items():
        for each in found["$defs"].values():
            if content in each.get("properties", {}):
                said = f"a file beside the recipes, instead of {content}"
                each["properties"][word] = {"type": "string", "description": said}
            if content in each.get("required", []):
                each["required"].remove(content)
                each["anyOf"] = [{"required": [one]} for one in (word, content)]
    return found
