"""A telltale that serves, and the plain questions that every part of the run asks of it."""

import json
import re
import time
import urllib.request
from pathlib import Path
from typing import Any, Callable

from servers.peer import Command, Process

DEADLINE_S = 60


class Daemon:
    """A running daemon on ports of its own choice. `processes` is the run's: whatever ends it ends the daemon."""

    def __init__(self, program: Path, lab: Path, processes: list[Process], name: str, config: Path,
                 flags: tuple[str, ...] = (), listen: str = "127.0.0.1:0"):
        words = [str(program), "--config.file", str(config), "--web.listen-address", listen, *flags]
        self._processes = processes
        self.process = Process(Command(name, words, []), lab)
        processes.append(self.process)
        wait_for("msg=started in its log", lambda: "msg=started" in self.log(), self.process)
        self.addresses = re.findall(r"msg=listening .*address=(\S+)", self.log())

    @property
    def address(self) -> str:
        return self.addresses[0]

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def log(self) -> str:
        return self.process.log.read_text(errors="replace")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self._processes.remove(self.process)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=DEADLINE_S) as answer:
            return answer.read().decode()

    def gate(self, name: str) -> dict[str, Any]:
        return json.loads(self.get(f"/api/v1/gates/{name}"))

    def wait_for_gate(self, name: str, status: str) -> None:
        wait_for(f"gate {name} to be {status}", lambda: self.gate(name)["status"] == status, self.process)

    def series(self, metric: str) -> dict[str, float]:
        """What /metrics says of one metric: values by labels, as text."""
        found = re.findall(rf"^{metric}({{.*}})? (\S+)$", self.get("/metrics"), re.M)
        return {labels: float(value) for labels, value in found}


def wait_for(what: str, condition: Callable[[], bool], process: Process | None = None,
             deadline_s: float = DEADLINE_S) -> None:
    """Asks again until it is so. Raises RuntimeError where it does not come to pass, or the process has ended."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        if process:
            process.check_alive()
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.05)
