"""The page in Debian's chromium, driven by playwright-core: browser/main.mjs asks, the fleet here does as it is told.

The two talk in lines of JSON. A scene says {"check", "differences"} for each thing it has looked at, and {"ask": [what,
…]} when the world is to change; it goes on when it is told {"done"}.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Iterator

from daemon import Daemon
from fleet import OTHER, OURS
from npm_modules import install_modules
from servers.peer import choose_ports
from stage import Stage, Verdict

HERE = Path(__file__).resolve().parent
SCENES = ["updates", "target", "plain", "keyboard", "sizes", "hostile", "policy", "accessibility", "stale", "trouble"]


def check(stage: Stage) -> Iterator[Verdict]:
    director = Director(stage)
    yield from director.play([stage.only] if stage.only else SCENES)
    director.stop()


def take_screenshot(stage: Stage, file: Path) -> Iterator[Verdict]:
    director = Director(stage)
    yield from director.play(["picture"], str(file))
    director.stop()


class Director:
    """Starts a daemon and plays scenes before it; does what they ask of the fleet."""

    def __init__(self, stage: Stage):
        self._stage = stage
        [port] = choose_ports(1)  # so that a daemon can come back where the page looks for it
        self._listen = f"127.0.0.1:{port}"
        self._daemon = self._start_daemon()
        self._daemon.wait_for_gate("need", "open")

    def play(self, scenes: list[str], picture: str = "") -> Iterator[Verdict]:
        shots = self._stage.lab / "screenshots"
        shots.mkdir(exist_ok=True)
        told = {"url": self._daemon.url, "scenes": scenes, "shots": str(shots), "picture": picture,
                "chromium": shutil.which("chromium") or "chromium", "root": os.geteuid() == 0}
        environment = os.environ | {"E2E_MODULES": str(install_modules(HERE, self._stage.build.parent / "npm"))}
        with (self._stage.lab / "browser.log").open("w") as log:
            actors = subprocess.Popen(["node", str(HERE / "browser" / "main.mjs"), json.dumps(told)], env=environment,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1)
            try:
                yield from self._direct(actors)
            finally:
                end(actors)
        if actors.returncode != 0:
            tail = "\n".join((self._stage.lab / "browser.log").read_text().splitlines()[-20:])
            raise RuntimeError(f"node ended with status {actors.returncode}:\n{tail}")

    def stop(self) -> None:
        self._daemon.stop()

    def _direct(self, actors: subprocess.Popen) -> Iterator[Verdict]:
        for line in actors.stdout:
            message = json.loads(line)
            if "ask" in message:
                self._do(*message["ask"])
                actors.stdin.write('{"done": true}\n')
            else:
                yield message["check"], message["differences"]

    def _do(self, what: str, *words: Any) -> None:
        if what == "change":
            service, client_auth, whose = words
            self._stage.fleet.change(service, client_auth, {"ours": OURS, "other": OTHER}[whose])
        elif what == "stop daemon":
            self._daemon.stop()
        elif what == "start daemon":
            self._daemon = self._start_daemon()
        else:
            raise RuntimeError(f"a scene asks for {what}")

    def _start_daemon(self) -> Daemon:
        return self._stage.start_daemon("browser-daemon", listen=self._listen)


def end(process: subprocess.Popen) -> None:
    """Lets it end: told by the end of its input, then by a signal. It takes its browser with it."""
    process.stdin.close()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()
