"""Waits for what comes by itself, as long as it may take on a slow machine."""

import time


def wait_until(condition, seconds=10, what=lambda: "it did not come to that"):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.005)
