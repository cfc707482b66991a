"""The commands of docs/getting-started.md, run one after the other as they stand there, in a copy of the project.

There is no cluster: kubectl is stand_ins/kubectl, which renders and keeps what would be applied, and has real telltales of
the release build answer for the pod, over a fleet on loopback. What it kept is held against the models of its kinds.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Iterator

import schema
from containers import leave_network
from daemon import Daemon
from deploy_stage import DeployStage
from fleet import OTHER, OURS
from groups import run_group
from verdicts import Verdict

# Not run here, and why.
ELSEWHERE = {
    "tools/demo --once": "the demo is a part of tools/test",
    "tools/packages build deploy": "whoever runs this has them",
    "buildah push": "there is no registry",
}
COMMAND_TIMEOUT_S = 300
STORAGE = """\
[storage]
driver = "vfs"
graphroot = "{folder}/root"
runroot = "{folder}/run"
"""
LAST = "kubectl -n spinnaker wait"


def check(stage: DeployStage) -> Iterator[Verdict]:
    commands = commands_of(stage.project / "docs" / "getting-started.md")
    yield "the page has commands", [] if any(LAST in command for command in commands) else commands
    stage.modules()  # as the image: while there is a registry to ask
    with Newcomer(stage) as newcomer:
        for command in commands:
            if command.startswith("kubectl"):
                newcomer.find_cluster()
            if not any(command.startswith(words) for words in ELSEWHERE):
                yield command, newcomer.run(command)
        yield "what was applied fits its models", schema.validate(stage, newcomer.applied())
        stage.fleet.change("orca", "want", OTHER)
        newcomer.wait_for_gate("closed")
        yield "with a fault planted, the pipeline's last command fails", (
            [] if newcomer.run(commands[-1]) else ["it does not"])


def commands_of(page: Path) -> list[str]:
    """The indented lines, each a command."""
    return re.findall(r"^    (\S.*)$", page.read_text(), re.M)


class Newcomer:
    """One shell's worth of state: a copy of the project, a home, and a PATH on which kubectl is the stand-in."""

    def __init__(self, stage: DeployStage):
        self._stage = stage
        self._home = stage.lab / "home"
        self._clone = self._home / "telltale"  # where many have it
        self._state = stage.lab / "cluster"
        self._folder = self._before = self._clone
        self._daemon: Daemon | None = None
        self._environment = os.environ | {
            "HOME": str(self._home),
            "TMPDIR": str(self._home),
            "PATH": f"{Path(__file__).resolve().parent / 'stand_ins'}:{os.environ['PATH']}",
            "STAND_IN_STATE": str(self._state),
            "STAND_IN_TELLTALE": str(stage.release / "telltale"),
            "STAND_IN_EXAMPLE": str(stage.project / "deploy/kubernetes/example/spinnakerservice.yml"),
            "CONTAINERS_STORAGE_CONF": str(stage.lab / "storage.conf"),
            "STAND_IN_KUBECTL": shutil.which("kubectl") or "kubectl",
        }

    def __enter__(self) -> "Newcomer":
        for folder in (self._home, self._clone, self._state):
            folder.mkdir()
        copy_project(self._stage.project, self._clone)
        images = self._stage.lab / "images"
        (self._stage.lab / "storage.conf").write_text(STORAGE.format(folder=images))
        (self._clone / "build").symlink_to(self._stage.build.parent)
        return self

    def __exit__(self, *_: object) -> None:
        if self._daemon:
            self._daemon.stop()

    def find_cluster(self) -> None:
        """Once: a network in which every port is free, the fleet, and what answers for telltale's pod."""
        if self._daemon:
            return
        leave_network()
        self._stage.fleet.start()
        # Where port-forward would lead, and, by the stand-in, the Service.
        self._daemon = self._stage.start_daemon("cluster-daemon", ("--probe.listen-address", "127.0.0.1:9944"),
                                                "127.0.0.1:9943")
        self._make_identity()

    def run(self, command: str) -> list[str]:
        """What is wrong with it: nothing if it ends with 0. The next one goes on in the folder this one ends in."""
        script = f"set -e\n{command.removesuffix('&')}\npwd >{self._state / 'folder'}"
        ran = run_group(["bash", "-c", script], cwd=self._folder, timeout=COMMAND_TIMEOUT_S,
                        env=self._environment | {"OLDPWD": str(self._before)})
        if ran.returncode != 0:
            return [f"exit {ran.returncode}", *(ran.stdout + ran.stderr).splitlines()[-15:]]
        folder = Path((self._state / "folder").read_text().strip())
        if folder != self._folder:
            self._folder, self._before = folder, self._folder
        return []

    def wait_for_gate(self, status: str) -> None:
        self._daemon.wait_for_gate("need", status)

    def applied(self) -> list[Path]:
        return sorted(self._state.glob("applied-*.yaml"))

    def _make_identity(self) -> None:
        for name, source in (("tls.crt", "telltale.pem"), ("tls.key", "telltale.key"), ("ca.crt", OURS)):
            shutil.copy(self._stage.lab / source, self._clone / name)


def copy_project(project: Path, clone: Path) -> None:
    """What git would clone, and what is not committed yet."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=project,
                            capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        if (project / name).exists():
            shutil.copy(project / name, clone / name)
