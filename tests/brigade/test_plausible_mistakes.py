"""What people get wrong, and what they read then: the message, the next step, the exit code. Never a traceback."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from brigade.__main__ import main
from brigade.deploy.stack import Stack
from brigade.target import Target
from kit import aws
from kit.backoff import under
from tests.support import pictures
from tests.support.desk import Desk, set_up
from tests.support.moto import NO_WAITING, go_to_moto

_RECIPE = '[[recipe]]\nname = "a"\n[[recipe.rendition]]\nname = "b"\n'
FILES = {
    "a.jpg": pictures.jpeg(),
    "bad.toml": f"{_RECIPE}widht = 3\n".encode(),
    "crop.toml": f'{_RECIPE}width = 3\nfit = "covr"\n'.encode(),
    "blur.toml": f'{_RECIPE}width = 3\neffects = [{{ effect = "blurr" }}]\n'.encode(),
    "none.toml": f"{_RECIPE}".encode(),
    "broken.toml": b"x =\n",
    "object.json": b"{}",
    "letters.jsonl": b"no\n",
}
# The command; its exit code; what is wrong; what to do next.
MISTAKES = """
uplaod a.jpg | 2 | No such command 'uplaod'. Did you mean 'upload'? | see `brigade --help`
--debgu ls | 2 | No such option '--debgu'. Did you mean '--debug'? | see `brigade --help`
upload | 2 | Missing argument 'PATHS...' | see `brigade upload --help`
upload nope | 1 | nope does not exist | check the path
upload empty | 1 | no files found | name at least one picture, or a folder that holds some
upload a.jpg --timeout soon | 2 | 'soon' is no number from 0 | see `brigade upload --help`
upload a.jpg --timeout -1 | 2 | '-1' is no number from 0 | see `brigade upload --help`
deploy --stage Test | 1 | 'brigade-Test' is no name for a stack | lower-case letters
deploy --stack 9lives | 1 | '9lives' is no name for a stack | beginning with a letter
deploy --set LogRetentionDays | 1 | --set LogRetentionDays has no value | as --set LogRetentionDays=7
deploy --tag team | 1 | --tag team has no value | as --tag team=photos
deploy --recipes nope.toml | 1 | nope.toml: cannot be read: No such file or directory |
deploy --recipes broken.toml | 1 | broken.toml: Invalid value (at line 1 |
deploy --recipes none.toml | 1 | line 3: recipe a, rendition b: a rendition needs a width, a height, or both |
deploy --recipes bad.toml | 1 | bad.toml, line 5: recipe a, rendition b: there is no field `widht` | did you mean width?
deploy --recipes crop.toml | 1 | line 6: recipe a, rendition b, fit: 'covr' is not one of inside | mean cover?
deploy --recipes blur.toml | 1 | effect blurr, effect: 'blurr' is not one of flip | did you mean blur?
deploy --parameters nope.json | 1 | nope.json cannot be read: No such file | ["LogRetentionDays=7"]
deploy --parameters object.json | 1 | object.json holds no list | write it as for the AWS CLI
outputs Nope | 1 | stack brigade has no Nope | `brigade deploy` brings it up to date
outputs sourcebucket | 1 | stack brigade has no sourcebucket | did you mean SourceBucket?
ls --status redy | 2 | 'redy' is not one of 'processing', 'ready' | see `brigade ls --help`
ls --day 21.11.2026 | 2 | '21.11.2026' does not match the format | see `brigade ls --help`
ls --taken-from yesterday | 1 | 'yesterday' is no time | write it as 2026-11-21, or 2026-11-21T05:40
ls --limit 0 | 2 | 0 is not in the range x>=1 | see `brigade ls --help`
ls --after nope | 1 | the catalog knows no picture 'nope' | `brigade ls` shows those it knows
ls --json --csv | 1 | --json and --csv exclude each other | give one of them
ls --satus ready | 2 | No such option '--satus'. Did you mean '--status'? | see `brigade ls --help`
show | 2 | Missing argument 'KEY_OR_ID' | see `brigade show --help`
show nope.jpg | 1 | the catalog knows no picture 'nope.jpg' | `brigade ls` shows those it knows
show 00000000 | 1 | the catalog knows no picture '00000000' | `brigade ls` shows those it knows
get a.jpg | 2 | Missing option '--out' | see `brigade get --help`
html a.jpg --as xml | 2 | 'xml' is not one of 'picture' | see `brigade html --help`
html a.jpg --base javascript:x | 2 | give an http or https URL, or a path | see `brigade html --help`
export --out tables | 2 | Missing option '--format'. Choose from: csv | see `brigade export --help`
export --out tables --format xlsx | 2 | 'xlsx' is not one of 'csv' | see `brigade export --help`
trace nope.jpg | 1 | the catalog knows no picture 'nope.jpg' | `brigade ls` shows those it knows
pause | 2 | Missing argument 'ACTOR...' | see `brigade pause --help`
pause rezize | 1 | no actor is named rezize; there are ingest | archive; did you mean resize?
resume ingets | 1 | no actor is named ingets; there are ingest | archive; did you mean ingest?
status --watch | 1 | --watch refreshes a screen | leave it out for --json, a pipe or a file
rerun a.jpg | 2 | Missing option '--from' | see `brigade rerun --help`
rerun --from rezize a.jpg | 1 | no actor is named rezize; there are ingest | archive; did you mean resize?
rerun --from resize | 1 | which pictures? | name some, or else give --missing, --prefix or both
rerun --from resize --prefix x --rate 0 | 2 | '0' is no number from 0.01 | see `brigade rerun --help`
missing --stuck soon | 1 | 'soon' is no age | write it as 90s, 30m, 2h, 3d or 1w
restore a.jpg --days 0 | 2 | 0 is not in the range 1<=x<=365 | see `brigade restore --help`
import | 1 | a remote or a list of URLs is wanted, and not both | as drive:Photos, or --urls FILE
import dropbox:Photos --delete | 1 | --delete needs a remote and a --prefix | all else in the bucket would be deleted
recipes preview nope.jpg --out p | 2 | File 'nope.jpg' does not exist | see `brigade recipes preview --help`
process a.jpg | 2 | Missing option '--out' | see `brigade process --help`
process a.jpg --out got --recipe defualt | 1 | defualt; there are training, default | did you mean default?
process a.jpg --out got --jobs 0 | 2 | 0 is not in the range x>=1 | see `brigade process --help`
cost --megapixels big | 2 | 'big' is no number from 0 | see `brigade cost --help`
cost --recipe posters | 1 | recipe 'posters' was not measured | there are figures for default, training
cost --pictures nan | 2 | 'nan' is no number from 1 to 1e+15 | see `brigade cost --help`
dlq lss | 2 | No such command 'lss'. Did you mean 'ls'? | see `brigade dlq --help`
dlq ls rezize | 1 | no actor is named rezize; there are ingest | did you mean resize?
dlq redrive | 1 | whose dead letters? | name an actor
dlq edit resize | 1 | name one message | `brigade dlq show resize` lists them with their ids
dlq edit resize zzzz | 1 | no dead letter begins with 'zzzz' | `brigade dlq show` lists those there are
dlq export resize | 2 | Missing option '--out' | see `brigade dlq export --help`
dlq import letters.jsonl resize | 1 | letters.jsonl, line 1 is no dead letter | mend or delete that line, then repeat
dlq show --since tomorrow | 1 | 'tomorrow' is no age | write it as 90s, 30m, 2h, 3d or 1w
up --port 0 | 2 | 0 is not in the range 1<=x<=65535 | see `brigade up --help`
site empty --push | 1 | only a branch is pushed | add --branch NAME
prove --only nope | 1 | there is no item nope | there are deploy
demo --photos nope | 1 | nope does not exist | check the path
package --arch sparc | 1 | there are no functions on sparc | use arm64 or x86_64
"""
ROWS = [
    [cell.strip() for cell in line.split(" | ")] for line in MISTAKES.replace(" |\n", " | \n").strip("\n").splitlines()
]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A stack on moto, which nobody here changes."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(), under(NO_WAITING):
        go_to_moto(patch)
        aws.forget()
        yield set_up()
    aws.forget()


@pytest.fixture(autouse=True)
def operator(desk: Desk, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator of that stack, in a folder with these files."""
    go_to_moto(monkeypatch)
    stack = desk.pipeline.stack
    found = Stack(stack.target, stack.name, stack.id, stack.status, stack.outputs, dict.fromkeys(stack.outputs, ""))
    monkeypatch.setattr("brigade.acting.here.resolve", lambda: desk.pipeline.target)
    monkeypatch.setattr(Target, "describe", lambda _: "moto")
    monkeypatch.setattr("brigade.project.is_agreed", lambda _: True)
    monkeypatch.setattr(Stack, "find", lambda *_: found)
    monkeypatch.setattr("brigade.dead_letters.queue.LONG_POLL_S", 0)
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    for name, content in FILES.items():
        Path(name).write_bytes(content)


def test_there_are_sixty_of_them_and_more() -> None:
    assert len(ROWS) > 60


@pytest.mark.parametrize(("command", "code", "message", "hint"), ROWS, ids=[row[0] for row in ROWS])
def test_a_mistake_is_answered_in_one_line(
    command: str, code: str, message: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(shlex.split(command)) == int(code)
    *_, line = capsys.readouterr().err.splitlines()
    said, _, then = line.removeprefix("error: ").partition(" — ")
    assert line.startswith("error: ")
    assert message in said
    assert hint in (then or said)
