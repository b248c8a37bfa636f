"""Headless Chromium, spoken to over two pipes in the DevTools protocol: no driver, no port."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile

# Chromium's own sandbox takes rights that root in a container mostly lacks. It sees our pages only.
COMMAND = """chromium --headless=new --remote-debugging-pipe --no-sandbox --no-first-run --disable-gpu
    --disable-dev-shm-usage --hide-scrollbars about:blank""".split()
SECONDS = 30


def high_pipe():
    """A pipe whose descriptors aren't 3 and 4, which are Chromium's."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="chromium.")
        read_here, write_there = high_pipe()
        read_there, write_here = high_pipe()
        shell = f'exec "$@" 3<&{read_there} 4>&{write_there} {read_there}<&- {write_there}>&-'
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", *COMMAND, f"--user-data-dir={self.profile}"],
            pass_fds=(read_there, write_there),
            stderr=subprocess.DEVNULL,
        )
        os.close(read_there)
        os.close(write_there)
        self.output, self.input = os.fdopen(read_here, "rb"), os.fdopen(write_here, "wb")
        self.number, self.session, self.buffer, self.events = 0, None, b"", []
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.input.write(json.dumps(message).encode() + b"\0")
        self.input.flush()
        while True:
            answer = self.message()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def message(self):
        while b"\0" not in self.buffer:
            chunk = self.output.read1(1 << 20)
            if not chunk:
                raise EOFError("chromium ended")
            self.buffer += chunk
        text, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(text)
        if "method" in message:
            self.events.append((message["method"], message["params"]))
        return message

    def wait_for(self, event):
        while not any(name == event for name, _ in self.events):
            self.message()

    def open(self, address):
        """Opens the page; from here on `events` are its own."""
        for url in ("about:blank", address):
            self.events.clear()
            self.call("Page.navigate", url=url)
            self.wait_for("Page.loadEventFired")

    def run(self, script):
        """What the script's expression gives; a promise is awaited."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description"))
        return answer["result"].get("value")

    def look(self, width=1280, height=900, scheme="light", media="", scripts=True):
        """The window's size, the reader's scheme, screen or print, and whether scripts run."""
        size = {"width": width, "height": height}
        self.call("Emulation.setDeviceMetricsOverride", deviceScaleFactor=1, mobile=False, **size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)

    def press(self, key, code=None, text=""):
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=code or key, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=code or key)

    def requests(self):
        return [event["request"]["url"] for name, event in self.events if name == "Network.requestWillBeSent"]

    def complaints(self):
        """What the console shows of errors and warnings."""
        found = [event["entry"]["text"] for name, event in self.events if name == "Log.entryAdded"]
        for name, event in self.events:
            if name == "Runtime.exceptionThrown":
                found.append(event["exceptionDetails"]["exception"]["description"])
            elif name == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning"):
                found.append(str(event["args"]))
        return found

    def picture(self, path, whole=False):
        """A screenshot, of the window or of the whole page."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"]))

    def close(self):
        self.call("Browser.close")
        self.process.wait(SECONDS)
        self.input.close()
        self.output.close()
        shutil.rmtree(self.profile, ignore_errors=True)
