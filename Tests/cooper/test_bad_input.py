"""What no runtime can do as it is asked, and what is said of it: on the last line, and as JSON."""

import json

import pytest
from bundle import refused
from waiting import wait_until

pytestmark = pytest.mark.requires("root")


def expect_refusal(bundle, message, *arguments, status=1):
    """For people, and in the log for programs."""
    assert refused(bundle, "--log-format", "json", *arguments, status=status) == message
    entry = json.loads(bundle.log.read_text().splitlines()[-1])
    assert (entry["level"], entry["msg"]) == ("error", message)


def test_what_a_stopped_container_cannot_do(bundle):
    bundle.script("true").save()
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    bundle.good("start", bundle.name)
    wait_until(lambda: bundle.state()["status"] == "stopped")
    name = bundle.name
    expect_refusal(bundle, f"container not running: {name}", "kill", name, "KILL")
    expect_refusal(bundle, f"container not running: {name}", "exec", name, "true", status=255)
    expect_refusal(bundle, f"cannot start the container {name}: it has stopped", "start", name)
    expect_refusal(bundle, f"container not running: {name}", "pause", name)


def test_what_a_running_container_cannot_do(bundle):
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    bundle.good("start", bundle.name)
    name = bundle.name
    expect_refusal(bundle, f"cannot start the container {name}: it is running already", "start", name)
    expect_refusal(
        bundle, f"cannot delete the container {name}: it is not stopped, but running", "delete", name
    )
    expect_refusal(
        bundle, f"a container named {name} exists already", "create", "--bundle", bundle.folder, name
    )
    assert bundle.state()["status"] == "running"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "the container's id is empty"),
        ("../x", 'invalid character `/` in the ID "../x": it has 1 to 255 letters, digits, _, +, - and .'),
        ("x" * 300, "invalid id of 300 bytes: it has 1 to 255 letters, digits, _, +, - and ."),
    ],
    ids=["empty", "a path", "too long"],
)
@pytest.mark.parametrize(
    "words", [["state"], ["create", "--bundle", "BUNDLE"], ["delete", "--force"]], ids=str
)
def test_an_id_that_is_none(bundle, name, message, words):
    words = [str(bundle.folder) if word == "BUNDLE" else word for word in words]
    expect_refusal(bundle, message, *words, name)
    assert not list((bundle.folder / "state").glob("*"))


def test_an_id_that_nobody_has(bundle):
    for words in (["state"], ["start"], ["kill"], ["delete"], ["pause"], ["ps"]):
        expect_refusal(bundle, "container does not exist: nobody", *words, "nobody")


def test_a_configuration_that_is_too_large_is_not_read(bundle):
    """It is no JSON at all: whoever read it would say so."""
    with open(bundle.folder / "config.json", "wb") as file:
        file.truncate((16 << 20) + 1)
    name = f"{bundle.folder}/config.json"
    expect_refusal(bundle, f"{name}: larger than 16 MiB", "create", "--bundle", bundle.folder, bundle.name)


def test_ten_thousand_mounts(bundle):
    """Within what the kernel has for a mount namespace, 100,000 as a rule."""
    count = 10_000
    bundle.config["mounts"] += [
        {"destination": f"/tmp/{number}", "type": "bind", "source": "/dev/null", "options": ["bind"]}
        for number in range(count)
    ]
    bundle.script("wc -l </proc/self/mountinfo").save()
    said = bundle.good("run", "--bundle", bundle.folder, bundle.name)
    assert int(said) > count
