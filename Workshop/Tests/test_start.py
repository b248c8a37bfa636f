"""workshop start, run, check and status: the learner's own program."""

import os
import subprocess
import threading

import pytest
from conftest import EDITIONS, LEVELS, WORKSHOP
from learner import PROGRAM, beginning, for_everybody


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_a_level_begins_with_the_solution_of_the_one_before(learner, level, edition):
    assert f"write in {PROGRAM[edition]}." in learner.output("start", level, f"--{edition}")
    assert (learner.folder / PROGRAM[edition]).read_text() == beginning(level, edition)
    given = {path.name for path in (LEVELS[level] / edition).iterdir() if path.suffix != ".pyc"}
    found = {path.name for path in (learner.folder / PROGRAM[edition]).parent.iterdir()}
    # The folder of the Python edition has the record too, what is called rd, and perhaps compiled files.
    assert found - {".workshop", "bin"} == given - {"__pycache__"}


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_program_is_never_overwritten(learner, edition):
    learner.output("start", 0, f"--{edition}")
    program = learner.folder / PROGRAM[edition]
    program.write_text(program.read_text() + "\n# mine\n")
    before = learner.files()
    status, output, errors = learner.run("start", 1)
    assert (status, errors) == (1, "")
    assert output.startswith(
        f"Nothing was done: here already, and not as level 01 begins: {PROGRAM[edition]}\n"
    )
    assert f"workshop start 01 --{edition} --apart" in output
    assert learner.files() == before


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_level_apart_leaves_the_program_alone(learner, edition):
    learner.output("start", 0, f"--{edition}")
    before = learner.files()
    learner.output("start", 4, "--apart")
    after = learner.files()
    name = os.path.basename(PROGRAM[edition])
    assert after[f"level-04/{name}"].decode() == beginning(4, edition)
    assert after[PROGRAM[edition]] == before[PROGRAM[edition]]
    if edition == "swift":
        assert 'let programs = ["rd", "level-04"]' in after["Package.swift"].decode()


@pytest.mark.parametrize("apart", [[], ["--apart"]])
def test_it_can_be_called_rd_by_any_program(learner, apart):
    line = learner.output("start", 1, "--python", *apart).splitlines()[-1]
    command = line.removeprefix("To call it rd, in each terminal: ") + "; exec env rd run -- sh -c 'exit 3'"
    assert subprocess.run(["bash", "-c", command], env=learner.environment, check=False).returncode == 3


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_a_level_gives_comes_beside_the_program(learner, edition):
    learner.output("start", 0, f"--{edition}")
    program = learner.folder / PROGRAM[edition]
    program.write_text("mine\n")
    assert learner.output("start", 13, "--given").startswith("Given at level 13: ")
    assert program.read_text() == "mine\n"
    names = {"python": ["filter.py", "host.py"], "swift": ["Filter.swift", "Host.swift"]}[edition]
    assert all((program.parent / name).exists() for name in names)


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_is_given_already_and_was_changed_is_kept_and_named(learner, edition):
    learner.output("start", 12, f"--{edition}")
    names = {"python": ["filter.py", "host.py"], "swift": ["rd/Filter.swift", "rd/Host.swift"]}[edition]
    (learner.folder / names[0]).write_text("mine\n")
    assert f"Yours, not as given, and kept: {names[0]}.\n" in learner.output("start", 13, "--given")
    assert (learner.folder / names[0]).read_text() == "mine\n"
    assert (learner.folder / names[1]).exists()


def test_twice_is_as_once(learner):
    learner.output("start", 3, "--python")
    before = learner.files()
    learner.output("start", 3, "--python")
    assert learner.files() == before


def test_the_first_time_the_edition_must_be_told(learner):
    assert learner.refusal("start", 0) == "which edition? --swift or --python; later the folder tells"
    learner.output("start", 0, "--python")
    learner.output("start", 0)


def test_what_sudo_makes_belongs_to_the_owner_of_the_folder(learner):
    os.chown(learner.folder, 1000, 1000)
    learner.output("start", 0, "--swift")
    learner.output("hint", 0)
    owners = {path: path.stat().st_uid for path in learner.folder.rglob("*")}
    assert set(owners.values()) == {1000}, owners


def test_run_gives_arguments_and_status(learner):
    learner.output("start", 0, "--python")
    learner.take(0)
    assert learner.output("run", "--", "run", "--", "echo", "a b", "") == "a b \n"
    assert learner.run("run", "00", "--", "run", "--", "sh", "-c", "exit 7")[0] == 7


def test_run_takes_the_level_that_is_apart(learner):
    learner.output("start", 0, "--python")
    learner.output("start", 1, "--python", "--apart")
    assert learner.run("run", "00", "--", "run", "--", "true")[0] == 125
    assert learner.output("run", "01", "--", "run", "--", "echo", "apart") == "apart\n"


@pytest.mark.parametrize("edition", EDITIONS)
def test_of_two_programs_the_one_that_was_changed_last_is_checked(learner, edition):
    names = [PROGRAM[edition], f"level-00/{os.path.basename(PROGRAM[edition])}"]
    learner.output("start", 0, f"--{edition}")
    learner.output("start", 0, f"--{edition}", "--apart")
    for chosen, other in [names[::-1], names]:
        os.utime(learner.folder / chosen)
        for path in (learner.folder / other).parent.glob(f"*{os.path.splitext(other)[1]}"):
            os.utime(path, (1, 1))
        first = learner.run("check", 0)[1].splitlines()[0]
        assert first == f"The program: {chosen}, changed after {other}; for that one: touch {other}"


def test_run_and_check_without_a_program_say_how_to_begin(learner):
    for verb in ["run", "check"]:
        assert learner.refusal(verb, 0).endswith("workshop start begins one")


def test_a_swift_program_is_built_before_it_runs(learner):
    learner.output("start", 1, "--swift")
    status, output, errors = learner.run("run", "--", "run", "--", "echo", "one")
    assert (status, output) == (0, "one\n"), errors
    program = learner.folder / "rd/main.swift"
    program.write_text(program.read_text().replace("options.command)", 'options.command + ["two"])'))
    assert learner.run("run", "--", "run", "--", "echo", "one")[:2] == (0, "one two\n")
    program.write_text("this is no program\n")
    status, output, errors = learner.run("run", "--", "run", "--", "echo", "one")
    assert (status, output) == (125, "") and "error:" in errors


def test_a_swift_program_is_built_after_a_folder_beside_it_went_and_came(learner):
    learner.output("start", 1, "--swift")
    learner.output("start", 1, "--apart")
    folder, away = learner.folder / "level-01", learner.folder.parent / "away"
    both = '"rd", "level-01"'
    for old, new, programs in [(folder, folder, both), (folder, away, '"rd"'), (away, folder, both)]:
        old.rename(new)
        status, output, errors = learner.run("run", "01", "--", "run", "--", "echo", "built")
        assert (status, output) == (0, "built\n"), errors
        assert f"let programs = [{programs}]\n" in (learner.folder / "Package.swift").read_text()


def test_check_tells_what_fails_and_status_keeps_it(learner):
    learner.output("start", 0, "--python")
    status, output, errors = learner.run("check", 0)
    assert (status, errors) == (1, "") and "\nFAIL  " in f"\n{output}", output
    assert output.endswith(f"The lessons are in {WORKSHOP}. One more step: workshop hint 00\n")
    failed = output.splitlines()[-2].removeprefix("Level 00: ").removesuffix(".")
    assert f"  {failed} (Python, " in learner.output("status").splitlines()[0]
    learner.take(0)
    assert learner.output("check", 0).endswith("hold.\n")
    assert "hold (Python, " in learner.output("status").splitlines()[0]


def test_a_check_of_another_command_leaves_nothing_in_a_folder_that_is_no_learners(learner):
    assert learner.run("check", 0, "--cmd", "false")[0] == 1
    assert os.listdir(learner.folder) == []


def test_watch_checks_again_after_a_change(learner):
    learner.output("start", 0, "--python")
    process = learner.start("check", 0, "--watch")
    try:
        assert "failed." in until(process, "Waiting for a change of rd.py")
        learner.take(0)
        assert "hold." in until(process, "Waiting for a change of rd.py")
    finally:
        process.terminate()
        process.communicate(timeout=60)


def until(process, words):
    """What it prints up to the line with these words. When it says nothing more for a minute, it is ended."""
    limit = threading.Timer(60, process.kill)
    limit.start()
    text = ""
    while words not in text:
        line = process.stdout.readline()
        assert line, (text, process.stderr.read())
        text += line
    limit.cancel()
    return text


def test_without_the_course_it_says_what_to_install(learner):
    with for_everybody() as options:
        assert learner.refusal("start", 0, "--python", program=options["program"]).endswith("install.sh")


@pytest.mark.parametrize(
    "arguments",
    [["start"], ["start", "99"], ["hint", "x"], ["check", "0", "--watch", "--cmd", "x"], ["walk"]]
    + [
        ["run", "0", "rd"],
        ["start", "0", "--swift", "--python"],
        ["status", "--all"],
        ["setup", "--mirror", "x"],
    ],
)
def test_a_wrong_command_line_is_refused(learner, arguments):
    status, output, errors = learner.run(*arguments)
    assert (status, output) == (2, ""), (status, output, errors)
    assert errors.startswith("workshop: ") and errors.count("\n") == 1


def test_help_names_every_verb(learner):
    lines = (WORKSHOP / "Sources/workshop/main.swift").read_text().splitlines()
    verbs = [line.split('"')[1] for line in lines if line.startswith('  case "') and "help" not in line]
    usage = learner.output("help")
    assert len(verbs) == 10 and all(f"workshop {verb} " in usage for verb in verbs)
