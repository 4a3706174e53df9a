"""The kit stays small: every function carries it."""

import ast
import io
import tokenize
from pathlib import Path

KIT = Path(__file__).parents[2] / "kit"
MOST_LINES = 1_505
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(text: str) -> int:
    """Count lines that hold code: neither blank, nor comment, nor docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            docstring = node.body[0]
            lines -= set(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
    return len(lines)


def test_only_code_is_counted() -> None:
    head = '"""Doc.\n\nMore."""\n\n# Why\nx = 1  # so\n\n\n'
    body = 'def f():\n    """Doc."""\n    return (\n        x\n    )\n'
    assert code_lines(head + body) == 5


def test_the_kit_has_no_more_lines_of_code_than_decision_5_allows() -> None:
    sizes = {path.name: code_lines(path.read_text(encoding="utf-8")) for path in KIT.glob("*.py")}
    assert sum(sizes.values()) <= MOST_LINES, sizes
