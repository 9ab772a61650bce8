"""`nntrain warmup`."""

from __future__ import annotations

import time


def warmup() -> None:
    """Compile all kernels ahead, into the user's cache folder."""
    from nntrain.api.warm import warm_up
    from nntrain.cli.exits import say

    began = time.perf_counter()
    for name in warm_up():
        say(f"{name:<24}{time.perf_counter() - began:8.1f} s")
    say("compiled; every run starts at once from now on")
