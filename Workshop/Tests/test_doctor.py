"""workshop doctor: what it finds, and what it makes of what is missing."""

import os
import re
import shutil
import subprocess

from learner import for_everybody


def findings(learner, **options):
    """The good ones, and the shortfalls with their levels and remedies."""
    status, output, errors = learner.run("doctor", **options)
    assert errors == ""
    good = re.findall(r"^good   (.+)$", output, re.M)
    short = re.findall(r"^SHORT  (.+)\n       Levels: (.+)\.\n       Remedy: (.+)\.$", output, re.M)
    assert len(good) + len(short) == len(output[: output.rindex("\n\n")].splitlines()) - 2 * len(
        short
    ), output
    assert status == (1 if short else 0)
    assert output.splitlines()[-1].startswith(f"Short: {len(short)} of" if short else "All is there.")
    return good, short


def shortfall(learner, pattern, **options):
    found = [each for each in findings(learner, **options)[1] if re.search(pattern, each[0])]
    assert len(found) == 1, findings(learner, **options)
    return found[0]


def test_what_these_tests_need_is_there(learner):
    good, _ = findings(learner)
    for words in [
        "you are root",
        "a table of mounts of your own, and pivot_root",
        "an overlay over this folder",
    ]:
        assert words in good
    assert any(text.startswith("Linux ") for text in good)
    assert os.listdir(learner.folder) == []


def test_a_missing_program_names_its_package_and_levels(learner, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ["unshare", "nsenter", "ip", "nft", "newuidmap", "python3", "sh"]:
        if shutil.which(name):
            (programs / name).symlink_to(shutil.which(name))
    learner.environment["PATH"] = str(programs)
    _, levels, remedy = shortfall(learner, "^strace isn't there$")
    assert levels.startswith("00 to 16") and remedy == "apt-get install strace"


def test_neither_edition_is_a_shortfall(learner, tmp_path):
    learner.environment["PATH"] = str(tmp_path)
    assert "install.sh" in shortfall(learner, "neither swift nor python3")[2]


def test_a_container_is_recognised(learner):
    namespace = ["unshare", "--pid", "--fork", "--mount-proc"]
    assert "pid" in shortfall(learner, "^this is a container", prefix=namespace)[0]


def test_root_without_rights_is_found_out(learner):
    _, short = findings(learner, prefix=["setpriv", "--bounding-set", "-sys_admin"])
    text = [f"{what} {levels}" for what, levels, _ in short]
    for words in ["a table of mounts of your own.*EPERM.*02 to 16", "pids of your own.*EPERM.*06 to 16"]:
        assert any(re.search(words, each) for each in text), short


def test_a_folder_where_nothing_may_be_run(learner):
    subprocess.check_call(["mount", "-t", "tmpfs", "-o", "noexec", "none", learner.folder])
    try:
        what, levels, remedy = shortfall(learner, "^programs can be run in this folder")
        assert levels == "01 to 16" and "noexec" in remedy
    finally:
        subprocess.check_call(["umount", learner.folder])


def test_who_isnt_root_learns_what_to_do(learner):
    with for_everybody() as options:
        options.update(user=65534, group=65534, extra_groups=[])
        assert shortfall(learner, "^you are not root", **options)[2].startswith("sudo -s")


def test_the_switch_that_forbids_user_namespaces_is_named(learner):
    """Root of a user namespace may set it for those below."""
    zero = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
    prefix = ["unshare", "--user", "--map-root-user", "sh", "-c", zero, "sh"]
    what, levels, remedy = shortfall(learner, "^a user namespace without root", prefix=prefix)
    assert "user.max_user_namespaces=0" in what and levels == "13"
    assert remedy.startswith("sysctl -w user.max_user_namespaces=")
