"""docs/oci-conformance.md is whole: every property of the schema, and nothing named that isn't there."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "Tests/OCISpecTests/Specification/schema"
OTHER_SYSTEMS = ("solaris", "windows", "vm", "zos", "freebsd")


def properties(schema, file, prefix=""):
    """The names of all properties below a schema, as SchemaTests.swift has them."""
    if "$ref" in schema:
        target, _, place = schema["$ref"].partition("#")
        path = SCHEMA / (target or file)
        if not path.exists():
            return
        document = json.loads(path.read_text())
        for name in place.split("/"):
            document = document[name] if name else document
        yield from properties(document, path.name, prefix)
    for name, value in schema.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        yield path
        yield from properties(value, file, path)
    if isinstance(schema.get("items"), dict):
        yield from properties(schema["items"], file, f"{prefix}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from properties(schema["additionalProperties"], file, f"{prefix}.<key>")
    for part in schema.get("allOf", schema.get("anyOf", [])):
        yield from properties(part, file, prefix)


def of_linux():
    schema = json.loads((SCHEMA / "config-schema.json").read_text())
    names = properties(schema, "config-schema.json")
    return sorted(name for name in names if name.split(".")[0] not in OTHER_SYSTEMS)


def rows(text):
    """Of each line of the table: the property, the sources with what they declare, and the cases."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 3 and cells[0].startswith("`"):
            yield cells[0].strip("` "), re.findall(r"`([^`]+)`", cells[1]), re.findall(r"`([^`]+)`", cells[2])


def faults(text):
    """What is wrong with the table."""
    found = []
    table = list(rows(text))
    named = [name for name, _, _ in table]
    wanted = of_linux()
    found += [f"{name} has no line" for name in wanted if name not in named]
    found += [f"{name} is no property" for name in named if name not in wanted]
    found += [f"{name} is there twice" for name in set(named) if named.count(name) > 1]
    for name, sources, cases in table:
        if not sources or not cases:
            found.append(f"{name}: a source and a case are named")
            continue
        file, *functions = sources
        source = ROOT / file
        if not source.is_file():
            found.append(f"{name}: there is no {file}")
            continue
        code = source.read_text()
        for function in functions:
            if not re.search(rf"func {function}\b|\b{function}\??\(", code):
                found.append(f"{name}: {file} has no {function}")
        for case in cases:
            path, _, function = case.partition("::")
            test = ROOT / "Tests/conformance" / path
            if not test.is_file() or f"\ndef {function}(" not in test.read_text():
                found.append(f"{name}: there is no {case}")
    return sorted(found)


TABLE = (ROOT / "docs/oci-conformance.md").read_text()


def test_the_table_is_whole():
    assert len(of_linux()) == 223
    assert faults(TABLE) == []


@pytest.mark.parametrize(
    "old, new, fault",
    [
        ("| `process.cwd` |", "| `process.moon` |", "process.moon is no property"),
        ("| `process.cwd` |", "| `process.moon` |", "process.cwd has no line"),
        ("| `process.cwd` |", "| `process.env` |", "process.env is there twice"),
        (
            "/Lowering.swift`, `workingDirectory`",
            "/Moon.swift`",
            "there is no Sources/Containers/Launch/Moon.swift",
        ),
        ("`workingDirectory`", "`moon`", "Sources/Containers/Launch/Lowering.swift has no moon"),
        ("::test_the_order_of_the_hooks`", "::test_moon`", "there is no test_hooks.py::test_moon"),
    ],
)
def test_a_hole_is_seen(old, new, fault):
    assert old in TABLE
    assert any(text.endswith(fault) for text in faults(TABLE.replace(old, new)))
