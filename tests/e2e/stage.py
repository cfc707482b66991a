"""What all parts of the run share: the fleet, the lab it lives in, and daemons to look at it."""

from pathlib import Path

from daemon import Daemon, wait_for
from fleet import SERVICES, Fleet, own_network
from servers.peer import Command, Process
from verdicts import Verdict, difference

PICTURE_NETWORK = 7  # that of tools/demo, so that a picture shows what it did before
NEED = {"name": "need", "rounds": 1, "for": "0s"}
GATES = [
    NEED | {"targets": list(SERVICES)},
    {"name": "patient", "targets": ["rosco"], "rounds": 1000, "for": "0s"},
    {"name": "hostile", "targets": ["hostile", "hostile-redis"], "rounds": 1, "for": "0s"},
]


class Stage:
    """`processes` holds whatever was started and is to be ended, whatever happens."""

    def __init__(self, build: Path, lab: Path, processes: list[Process], *, is_for_picture: bool = False,
                 is_hostile: bool = True):
        self.build = build
        self.lab = lab
        self.processes = processes
        self.only = ""  # the scene of a part that alone is wanted
        network = PICTURE_NETWORK if is_for_picture else own_network()
        self.gates = GATES if is_hostile else [NEED | {"targets": "all"}]
        self.fleet = Fleet(build, lab, processes, network, is_hostile=is_hostile)

    def start_daemon(self, name: str, flags: tuple[str, ...] = (), listen: str = "127.0.0.1:0") -> Daemon:
        """A daemon of that name in the lab, started; its first round need not be done."""
        config = self.lab / f"{name}.yml"
        config.write_text(self.fleet.config(self.gates))
        return Daemon(self.build / "telltale", self.lab, self.processes, name, config, flags, listen)

    def start_process(self, command: Command) -> Process:
        process = Process(command, self.lab)
        self.processes.append(process)
        return process


__all__ = ["GATES", "Stage", "Verdict", "difference", "wait_for"]
