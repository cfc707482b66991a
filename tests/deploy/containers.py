"""podman and buildah with a storage of their own, and what can be seen of a container from outside.

They run as root, by runc, without any network but each container's own loopback, and leave nothing behind but buildah's
cache of blob sizes in /var/lib/containers/cache and an empty folder in /run/containers. The limits that containers.conf
names are there because a container of CI may lower its limits and not raise them, and podman would raise them.
"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Iterator

from groups import run_group

CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
tmp_dir = "{run}/libpod"
image_copy_tmp_dir = "{directory}"
infra_image = "{pause}"
infra_command = "/pause"
[network]
network_config_dir = "{directory}/networks"
"""
PAUSE = "localhost/pause:1"
PAUSE_SOURCE = "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"
CGROUPS = Path("/sys/fs/cgroup")
RUN = Path("/run")
CLONE_NEWNET = 0x40000000  # sched.h
SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # netdevice(7)
DEADLINE_S = 120
# What the image promises to do with: docs/container.md names the same.
HARDENED = ("--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
            "--user", "65532:65532")


class Containers:
    """A storage in the lab. As a context it ends with every container, pod, mount and file of it removed."""

    def __init__(self, lab: Path):
        if os.geteuid() != 0:
            raise RuntimeError("containers are run by root here")
        self.directory = lab / "containers"
        # podman takes 50 characters for it, which a TMPDIR may have by itself.
        self._run_directory = Path(tempfile.mkdtemp(prefix="telltale-", dir=RUN))
        self.storage = ["--storage-driver", "vfs", "--root", str(self.directory / "root"),
                        "--runroot", str(self._run_directory)]
        self._environment = os.environ | {"CONTAINERS_CONF": str(self.directory / "containers.conf")}
        self._cgroup = f"/telltale-{os.getpid()}"

    def __enter__(self) -> "Containers":
        (self.directory / "networks").mkdir(parents=True)
        conf = CONTAINERS_CONF.format(directory=self.directory, run=self._run_directory, pause=PAUSE)
        (self.directory / "containers.conf").write_text(conf)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        for words in (["pod", "rm", "--all", "--force", "--time", "0"], ["rm", "--all", "--force", "--time", "0"]):
            self.try_podman(*words)
        for mount in self.mounts():
            subprocess.run(["umount", "--lazy", mount], check=False)
        for folder in (self.directory, self._run_directory):
            shutil.rmtree(folder, ignore_errors=True)
        for group in sorted(CGROUPS.rglob(self._cgroup.lstrip("/")), reverse=True):
            remove_cgroup(group)

    def mounts(self) -> list[str]:
        """What is mounted below the storage, the innermost first."""
        below = (f"{self.directory}/", f"{self._run_directory}/")
        places = (line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines())
        return sorted((place for place in places if place.startswith(below)), reverse=True)

    def build(self, script: Path, *flags: str) -> subprocess.CompletedProcess[str]:
        """What deploy/container/build does with these flags and this storage."""
        return run_group([script, *self.storage, *flags], env=self._environment | {"TMPDIR": str(self.directory)},
                         timeout=DEADLINE_S * 2)

    def make_pause(self) -> None:
        """The image of a pod's first container, which holds the network and does nothing."""
        program = self.directory / "pause"
        subprocess.run(["clang-19", "-static", "-O1", "-x", "c", "-o", program, "-"], input=PAUSE_SOURCE, text=True,
                       check=True)
        container = self._run("buildah", "from", "scratch").stdout.strip()
        self._run("buildah", "copy", "--quiet", container, str(program), "/pause")
        self._run("buildah", "config", "--entrypoint", '["/pause"]', container)
        self._run("buildah", "commit", "--quiet", "--rm", container, PAUSE)

    def podman(self, *words: str) -> str:
        return self._run("podman", *words).stdout.strip()

    def try_podman(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["podman", *self.storage, *words], env=self._environment, text=True,
                              capture_output=True, timeout=DEADLINE_S)

    def create_pod(self, name: str) -> int:
        """A pod with nothing in it but its own network; returns the process that holds that."""
        self.podman("pod", "create", "--name", name, "--network", "none", "--no-hosts", "--cgroup-parent", self._cgroup)
        self.podman("pod", "start", name)
        infra = self.podman("pod", "inspect", name, "--format", "{{.InfraContainerID}}")
        return int(self.podman("inspect", infra, "--format", "{{.State.Pid}}"))

    def run(self, image: str, *arguments: str, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Runs the image hardened, without a network, until it ends."""
        return self.try_podman("run", "--rm", "--network", "none", "--cgroup-parent", self._cgroup, *HARDENED, *flags,
                               image, *arguments)

    def run_in_pod(self, pod: str, image: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the image hardened, in the network of that pod, until it ends."""
        return self.try_podman("run", "--rm", "--pod", pod, *HARDENED, image, *arguments)

    def start(self, image: str, name: str, *arguments: str, flags: tuple[str, ...] = ()) -> int:
        """Starts the image hardened, without a network; returns its process."""
        self.podman("run", "--detach", "--name", name, "--network", "none", "--cgroup-parent", self._cgroup, *HARDENED,
                    *flags, image, *arguments)
        return self.pid(name)

    def pid(self, name: str) -> int:
        return int(self.podman("inspect", name, "--format", "{{.State.Pid}}"))

    def _run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([program, *self.storage, *words], env=self._environment, text=True, capture_output=True,
                              timeout=DEADLINE_S)
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(words)}: {done.stderr.strip()}")
        return done


def remove_cgroup(group: Path) -> None:
    """The kernel removes a group only after those within it; one that is still in use stays."""
    for path, _, _ in os.walk(group, topdown=False):
        try:
            os.rmdir(path)
        except OSError:
            pass


@contextmanager
def network_of(pid: int) -> Iterator[None]:
    """Within it, whatever this thread opens or starts is in the network of that process."""
    with open("/proc/self/ns/net", "rb") as own, open(f"/proc/{pid}/ns/net", "rb") as other:
        _enter(other.fileno())
        try:
            yield
        finally:
            _enter(own.fileno())


def leave_network() -> None:
    """Moves this process into a network of its own, whose loopback is up: every port of it is free."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def status_of(pid: int) -> dict[str, str]:
    """What the kernel says of a process: /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


class Memory:
    """The memory of a process's control group, of either version."""

    def __init__(self, pid: int):
        groups = dict(line.split(":", 2)[1:] for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines())
        self._is_first = "memory" in groups
        self._group = CGROUPS / "memory" / groups["memory"][1:] if self._is_first else CGROUPS / groups[""][1:]

    def limit(self) -> int:
        return int(self._read("memory.limit_in_bytes", "memory.max"))

    def working_set(self) -> int:
        """What the kubelet calls so: all that is charged, but for file pages that nobody has used of late."""
        stat = self._stat("memory.stat")
        used = int(self._read("memory.usage_in_bytes", "memory.current"))
        return used - stat["total_inactive_file" if self._is_first else "inactive_file"]

    def own(self) -> int:
        """What no file stands behind, so that nothing but an end by the kernel could free it."""
        return self._stat("memory.stat")["total_rss" if self._is_first else "anon"]

    def kills(self) -> int:
        return self._stat("memory.oom_control" if self._is_first else "memory.events")["oom_kill"]

    def _read(self, first: str, second: str) -> str:
        return (self._group / (first if self._is_first else second)).read_text().strip()

    def _stat(self, name: str) -> dict[str, int]:
        lines = (self._group / name).read_text().splitlines()
        return {key: int(value) for key, value in (line.split() for line in lines)}
