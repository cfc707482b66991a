"""A machine to install on: this one's own file system, seen through a layer that takes every change and is then gone.

It shares the kernel, the network and the processes of this machine; systemd does not run in it.
"""

import os
import subprocess
import time
from pathlib import Path

COMMAND_TIMEOUT_S = 300
LAYER = """
set -e
mount -t tmpfs tmpfs "$1"
cd "$1"
mkdir upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
mount -t proc proc root/proc
mount --rbind /dev root/dev
touch ready
exec sleep infinity
"""


class Machine:
    """Ends with stop(), or with the process that made it. What is below `folder` is seen from inside alone."""

    def __init__(self, folder: Path):
        self._root = folder / "root"
        folder.mkdir()
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "sh", "-c",
                   LAYER, "sh", str(folder)]
        self._holder = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self._wait_until_ready(folder / "ready")

    def words(self, *command: str) -> list[str]:
        """The command, as it is run inside."""
        return ["nsenter", "--target", str(self._holder.pid), "--mount", "chroot", str(self._root), *command]

    def run(self, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        # As at a login: neither this session's locale, nor its preferences, are that machine's.
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run(self.words(*command), input=given, capture_output=True, text=True, env=environment,
                              timeout=COMMAND_TIMEOUT_S, cwd="/")

    def copy(self, source: Path, path: str, mode: str = "0644", owner: str = "root:root") -> None:
        """Copies a file of this machine to a path in there."""
        self.write(path, "", mode, owner)
        with source.open("rb") as file:
            subprocess.run(self.words("tee", path), stdin=file, stdout=subprocess.DEVNULL, check=True)

    def write(self, path: str, text: str, mode: str = "0644", owner: str = "root:root") -> None:
        self._done(self.run("install", "-m", mode, "/dev/stdin", path, given=text))
        self._done(self.run("chown", owner, path))

    def read(self, path: str) -> str:
        return self._done(self.run("cat", path)).stdout

    def exists(self, path: str) -> bool:
        return self.run("test", "-e", path).returncode == 0

    def stop(self) -> None:
        self._holder.kill()
        self._holder.wait()

    def _done(self, ran: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
        if ran.returncode != 0:
            raise RuntimeError(f"{ran.args[5:]}: {ran.stderr.strip()}")
        return ran

    def _wait_until_ready(self, ready: Path) -> None:
        inside = ["nsenter", "--target", str(self._holder.pid), "--mount", "test", "-e", str(ready)]
        deadline = time.monotonic() + 30
        while subprocess.run(inside, stderr=subprocess.DEVNULL).returncode != 0:
            if self._holder.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no layer over / (root is needed; uid {os.geteuid()}): {self._holder.stderr.read()}")
            time.sleep(0.05)
