"""Tests/documents.py: what it takes for code, and that it sees what is wrong with it."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import documents  # noqa: E402

MARKDOWN = """\
Text
```swift
import Linux
```
<!-- program: tool -->
```swift
print(1)
```
- item
  ```console
  $ true
  ```
```
untagged
```
"""

SWIFT = """\
/// mount(2)
///
/// Text
///     not code: it goes on with a paragraph
///
///     let a = 1
///
///     let b = 2
///
/// - Parameters:
///   - data: text
///     that goes on
///
///     and on
/// ```text
///
///     not code either
/// ```
func f() {}
    /// Text
    ///
    ///     let c = 3
    var g = 1
"""


def test_the_blocks_of_markdown():
    lines = list(enumerate(MARKDOWN.splitlines(), 1))
    found = [
        (block.line, block.kind, block.code, block.program)
        for block in documents.markdown_blocks("a.md", lines)
    ]
    assert found == [
        (3, "swift", "import Linux\n", ""),
        (7, "swift", "print(1)\n", "tool"),
        (11, "console", "$ true\n", ""),
        (14, "", "untagged\n", ""),
    ]


def test_a_block_without_an_end_is_none_of_the_kinds():
    (block,) = documents.markdown_blocks("a.md", [(1, "```swift"), (2, "f()")])
    assert block.kind not in documents.KINDS


def test_the_blocks_of_documentation_comments():
    found = [(block.line, block.kind, block.code) for block in documents.comment_blocks("a.swift", SWIFT)]
    assert found == [
        (16, "text", "\n    not code either\n"),
        (6, "swift", "let a = 1\n\nlet b = 2\n"),
        (22, "swift", "let c = 3\n"),
    ]


@pytest.mark.parametrize(
    "expected, actual, same",
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("pid …, ok\n", "pid 17, ok\n", True),
        ("pid …, ok\n", "pid 17,\nok\n", False),
        ("a\n…\nz\n", "a\nb\nc\nz\n", True),
        ("a\n…\nz\n", "a\nz\n", True),
        ("a\n…\nz\n", "a\nb\n", False),
        ("", "", True),
        ("", "a\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_what_a_command_prints_is_compared(expected, actual, same):
    assert documents.matches(expected, actual) == same


@pytest.mark.parametrize(
    "kind, code, outcome",
    [
        ("swift", "try unshare(.newNS)\n", "passed"),
        ("swift", "try unshare(.newNonsense)\n", "failed"),
        ("swift", "import Linux\ntry umount(1)\n", "failed"),
        (
            "swift",
            "let end = try pipe().readEnd\nlet other = end\nprint(end.rawValue, other.rawValue)\n",
            "failed",
        ),
        ("console", "$ echo a; echo b >&2\na\nb\n", "passed"),
        ("console", "$ echo a\nb\n", "failed"),
        ("console", "echo a\n", "failed"),
        ("text", "nonsense", "passed"),
        ("", "nonsense", "failed"),
        ("bash", "true", "failed"),
    ],
)
def test_outcomes(kind, code, outcome):
    if kind == "console" and os.geteuid() != 0:
        pytest.skip(documents.ROOT_IS_MISSING)
    blocks = [
        documents.Block("good.md", 100, "swift", "let a = 1\nprint(a)\n"),
        documents.Block("bad.md", 7, kind, code),
    ]
    documents.check(blocks)
    assert [block.outcome for block in blocks] == ["passed", outcome], blocks[1].text


def test_a_program_that_a_document_shows_is_run():
    if os.geteuid() != 0:
        pytest.skip(documents.ROOT_IS_MISSING)
    code = 'import Linux\nprint(try readFile("/proc/self/comm"), terminator: "")\n'
    blocks = [
        documents.Block("a.md", 1, "swift", code, "shown"),
        documents.Block("a.md", 9, "console", "$ shown\nshown\n"),
        documents.Block("a.md", 12, "console", "$ shown\nhidden\n"),
    ]
    documents.check(blocks)
    assert [block.outcome for block in blocks] == ["passed", "passed", "failed"]
