"""The Debian package, installed by apt on a copy of this machine, and its unit, as far as it goes without systemd.

No systemd runs here: the unit is checked by systemd-analyze, and its command is run as its user, without privileges and
with the system calls it makes held against SystemCallFilter. That systemd starts it so, nobody has seen here.
"""

import re
import subprocess
from pathlib import Path
from typing import Iterator

from daemon import DEADLINE_S
from deploy_stage import DeployStage
from machine import Machine
from servers.peer import Command, Process, choose_ports
from stage import wait_for
from verdicts import Verdict, difference

MAX_EXPOSURE = "20"  # in tenths: systemd-analyze's 2.0
CONFIG = "/etc/telltale/telltale.yml"
DEFAULTS = "/etc/default/telltale"
UNIT = "/usr/lib/systemd/system/telltale.service"
PACKAGE_FILES = ("/usr/bin/telltale", UNIT, "/usr/lib/sysusers.d/telltale.conf", CONFIG, DEFAULTS,
                 "/usr/share/man/man1/telltale.1.gz", "/usr/share/doc/telltale/README.md",
                 "/usr/share/doc/telltale/docs/configuration.md", "/usr/share/doc/telltale/copyright",
                 "/usr/share/doc/telltale/examples/telltale.example.yml")
NEXT_VERSION = "0.1.0+next"


def check(stage: DeployStage) -> Iterator[Verdict]:
    package = make_package(stage)
    yield "lintian has nothing to say", said_by("env", f"TMPDIR={stage.lab}", "lintian", "--fail-on", "error,warning", str(package))
    machine = Machine(stage.lab / "machine")
    try:
        yield from check_installed(stage, machine, package)
        yield from check_service(stage, machine)
        yield from check_upgrade(stage, machine, package)
        yield from check_removal(machine)
    finally:
        machine.stop()
    yield from check_prefix(stage)


def make_package(stage: DeployStage) -> Path:
    folder = stage.lab / "package"
    config = stage.release / "CPackConfig.cmake"
    wrong = said_by("cpack", "--config", str(config), "-B", str(folder))
    packages = list(folder.glob("*.deb"))
    if wrong or len(packages) != 1:
        raise RuntimeError(f"cpack made {packages}: {wrong}")
    return packages[0]


def check_installed(stage: DeployStage, machine: Machine, package: Path) -> Iterator[Verdict]:
    machine.copy(package, "/root/telltale.deb")
    ran = machine.run("apt-get", "install", "-y", "--no-install-recommends", "/root/telltale.deb")
    yield "apt installs it, with all it depends on", ran.stderr.splitlines() if ran.returncode else []
    yield "every file is where it belongs", [f"no {path}" for path in PACKAGE_FILES if not machine.exists(path)]
    yield "the program runs", failure_of(machine.run("telltale", "--version"))
    stat = machine.run("stat", "-c", "%U:%G %a", "/etc/telltale/tls").stdout.strip()
    yield "its user alone reads what is in /etc/telltale/tls", difference("it", stat, "root:telltale 750")
    shell = machine.run("getent", "passwd", "telltale").stdout.strip().rpartition(":")[2]
    yield "its user cannot log in", difference("the shell", shell, "/usr/sbin/nologin")
    yield "the default configuration is right but for the files it names", check_default(machine)
    told = machine.run("zcat", "/usr/share/man/man1/telltale.1.gz").stdout.replace("\\-", "-")
    flags = re.findall(r"^  (?:-h,)?(--[a-z.-]+)", machine.run("telltale", "--help").stdout, re.M)
    yield "the manual page has every flag", [f"no {flag}" for flag in flags if flag not in told] if flags else ["none"]


def check_default(machine: Machine) -> list[str]:
    """As it comes, telltale misses the certificate that the administrator is to supply, and complains of nothing else."""
    ran = machine.run("telltale", "--config.file", CONFIG, "--config.check")
    wrong = difference("exit code", ran.returncode, 2)
    return wrong + ([] if "/etc/telltale/tls/" in ran.stderr and "No such file" in ran.stderr else [ran.stderr])


def check_service(stage: DeployStage, machine: Machine) -> Iterator[Verdict]:
    yield "systemd-analyze verify", failure_of(machine.run("systemd-analyze", "verify", UNIT))
    ran = machine.run("systemd-analyze", "security", "--offline=true", f"--threshold={MAX_EXPOSURE}", UNIT)
    yield f"systemd-analyze security: 2.0 or better ({ran.stdout.strip().splitlines()[-1]})", (
        [ran.stdout[-500:]] if ran.returncode else [])
    stage.fleet.start()
    furnish(stage, machine)
    calls = stage.lab / "calls"
    process = start_as_unit(stage, machine, calls)
    log = process.log
    wait_for("an open gate", lambda: "to=open" in log.read_text() or is_open(log), process)
    yield "the unit's command, as its user and without privileges: the gate opens", []
    status = Path(f"/proc/{telltale_pid(process)}/status").read_text()
    yield "it has no capability, and can gain none", [
        line for line in status.splitlines()
        if line.startswith(("CapEff", "CapPrm", "CapBnd")) and int(line.split()[1], 16)]
    subprocess.run(["kill", "-HUP", str(telltale_pid(process))], check=True)
    wait_for("a reload", lambda: "msg=reloaded" in log.read_text(), process)
    yield "ExecReload's signal: it reads its files again", []
    subprocess.run(["kill", "-TERM", str(telltale_pid(process))], check=True)
    process.wait()
    made = set(re.findall(r"^[a-z]\w+$", calls.read_text(), re.M)) - {"syscall", "total"}
    yield f"all {len(made)} system calls it made are allowed by SystemCallFilter", calls_beyond(machine, made)
    yield "and one that is not would be found", difference("it", calls_beyond(machine, made | {"reboot"}),
                                                           ["reboot is called and not allowed"])


def furnish(stage: DeployStage, machine: Machine) -> None:
    """Certificates and a configuration where the unit looks for them, a listener that collides with nobody's."""
    machine.write(CONFIG, stage.fleet.config(stage.gates))
    names = re.findall(r"[\w-]+\.(?:pem|key)", machine.read(CONFIG))
    for name in sorted(set(names)):
        machine.copy(stage.lab / name, f"/etc/telltale/{name}", "0640", "root:telltale")
    [port] = choose_ports(1)
    machine.write(DEFAULTS, f"ARGS=--web.listen-address=127.0.0.1:{port}\n")


def start_as_unit(stage: DeployStage, machine: Machine, calls: Path) -> Process:
    """ExecStart under strace, with what of the unit's sandbox setpriv can do: user, no privileges, no capabilities."""
    command = re.search(r"^ExecStart=(.*)$", machine.read(UNIT), re.M)[1]
    flags = machine.read(DEFAULTS).strip().removeprefix("ARGS=").split()
    sandbox = ["setpriv", "--reuid=telltale", "--regid=telltale", "--clear-groups", "--no-new-privs",
               "--bounding-set=-all", "--inh-caps=-all"]
    words = ["strace", "-f", "-c", "-U", "name", "-o", str(calls), "--",
             *machine.words(*sandbox, *command.replace("$ARGS", "").split(), *flags)]
    process = Process(Command("unit", words, []), stage.lab)
    stage.processes.append(process)
    wait_for("msg=started in its log", lambda: "msg=started" in process.log.read_text(), process)
    return process


def is_open(log: Path) -> bool:
    address = re.findall(r"msg=listening .*address=(\S+)", log.read_text())[0]
    ran = subprocess.run(["curl", "-fsS", f"http://{address}/gate/need"], capture_output=True, timeout=DEADLINE_S)
    return ran.returncode == 0


def telltale_pid(process: Process) -> int:
    """The child of strace: nsenter, chroot and setpriv have each become the next."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def calls_beyond(machine: Machine, made: set[str]) -> list[str]:
    unit = machine.read(UNIT)
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.M):
        names = set().union(*(expand(machine, word) for word in line.lstrip("~").split()))
        allowed = allowed - names if line.startswith("~") else allowed | names
    # What setpriv, chroot and nsenter do before telltale is there, systemd does before the filter is.
    before = {"setns", "chroot", "setresuid", "setresgid", "setgroups", "capset", "prctl"}
    beyond = made - allowed - before
    wrong = [f"{name} is called and not allowed" for name in sorted(beyond)]
    return wrong + [f"no {name} was seen" for name in ("connect", "accept", "epoll_wait") if name not in made]


def expand(machine: Machine, word: str) -> set[str]:
    """The system calls of a set, those of the sets in it included."""
    if not word.startswith("@"):
        return {word}
    lines = machine.run("systemd-analyze", "syscall-filter", word).stdout.splitlines()[1:]
    names = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    if not names:
        raise RuntimeError(f"systemd-analyze knows no {word}")
    return set().union(*(expand(machine, name) for name in names))


def check_upgrade(stage: DeployStage, machine: Machine, package: Path) -> Iterator[Verdict]:
    # As in a chroot that has the host's /run: systemd seems to be there, and answers nothing.
    machine.run("mkdir", "-p", "/run/systemd/system")
    mine = machine.read(CONFIG)
    machine.copy(make_next(stage, package), "/root/next.deb")
    ran = machine.run("dpkg", "--force-confdef", "--force-confold", "-i", "/root/next.deb")
    yield "an upgrade installs, though no systemd answers", failure_of(ran)
    yield "an upgrade keeps the administrator's configuration", difference("it", machine.read(CONFIG), mine)
    yield "and puts its own beside it", [] if machine.exists(CONFIG + ".dpkg-dist") else ["no .dpkg-dist"]


def make_next(stage: DeployStage, package: Path) -> Path:
    """The same package, of another version and with another default configuration."""
    tree = stage.lab / "next"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {NEXT_VERSION}", control.read_text(), flags=re.M))
    config = tree / CONFIG.lstrip("/")
    config.write_text(config.read_text() + "\n# Of the next version.\n")
    made = stage.lab / "next.deb"
    subprocess.run(["dpkg-deb", "--build", tree, made], check=True, stdout=subprocess.DEVNULL)
    return made


def check_removal(machine: Machine) -> Iterator[Verdict]:
    machine.write("/etc/telltale/tls/tls.key", "a key\n", "0640", "root:telltale")
    yield "apt removes it", failure_of(machine.run("apt-get", "remove", "-y", "telltale"))
    yield "the configuration stays", [] if machine.exists(CONFIG) else ["it is gone"]
    yield "the program is gone", ["it is there"] if machine.exists("/usr/bin/telltale") else []
    yield "apt purges it", failure_of(machine.run("apt-get", "purge", "-y", "telltale"))
    left = [path for path in (CONFIG, DEFAULTS, UNIT) if machine.exists(path)]
    yield "nothing of its own is left", [f"{path} is there" for path in left]
    yield "keys of the administrator's are", [] if machine.exists("/etc/telltale/tls/tls.key") else ["they are gone"]


def check_prefix(stage: DeployStage) -> Iterator[Verdict]:
    prefix = stage.lab / "prefix"
    install = ["cmake", "--install", str(stage.release), "--prefix", str(prefix)]
    yield "cmake --install to a prefix", said_by(*install)
    unit = (prefix / "lib/systemd/system/telltale.service").read_text()
    wanted = f"ExecStart={prefix}/bin/telltale --config.file={prefix}/etc/telltale/telltale.yml $ARGS"
    yield "the unit there names the prefix", [] if wanted in unit and not re.search(r"@\w+@", unit) else [unit]
    yield "the program there runs", said_by(str(prefix / "bin/telltale"), "--version")
    config = prefix / "etc/telltale/telltale.yml"
    config.write_text("mine\n")
    wrong = said_by(*install)
    yield "again: the administrator's configuration stays", wrong + difference("it", config.read_text(), "mine\n")
    staged = stage.lab / "staged"
    ran = subprocess.run(["env", f"DESTDIR={staged}", "cmake", "--install", str(stage.release), "--prefix", "/usr"],
                         capture_output=True, text=True)
    yield "with DESTDIR, as packagers do: the configuration is in /etc", failure_of(ran) + (
        [] if (staged / CONFIG.lstrip("/")).exists() and (staged / UNIT.lstrip("/")).exists() else ["it is not"])


def said_by(*command: str) -> list[str]:
    """What the command complains of, if it fails."""
    return failure_of(subprocess.run(command, capture_output=True, text=True))


def failure_of(ran: subprocess.CompletedProcess[str]) -> list[str]:
    return [f"exit {ran.returncode}", *ran.stdout.splitlines()[-20:], *ran.stderr.splitlines()[-20:]] if ran.returncode else []
