"""Nothing is changed before somebody has agreed."""

import pytest

from brigade.terminal import OperatorError, ask


def test_yes_is_an_answer_given_before() -> None:
    ask("Really?", yes=True)


def test_without_a_terminal_nobody_can_answer() -> None:
    with pytest.raises(OperatorError, match=r"Really\? There is no terminal to answer on — add --yes"):
        ask("Really?", yes=False)


@pytest.mark.parametrize("answer", [True, False])
def test_on_a_terminal_the_operator_decides(answer: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda question, **_: question == "Really?" and answer)
    if answer:
        ask("Really?", yes=False)
    else:
        with pytest.raises(OperatorError, match="nothing was changed"):
            ask("Really?", yes=False)
