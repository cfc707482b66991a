"""The container image: built twice, looked into, and run as docs/container.md says, by podman and without a network."""

import hashlib
import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path
from typing import Iterator

from archive import Archive
from containers import DEADLINE_S, Containers, Memory, network_of, status_of
from daemon import wait_for
from deploy_stage import DeployStage
from groups import run_group
from servers.peer import Command
from telltale import to_yaml
from verdicts import Verdict, difference

MAXIMUM_MB = 30
MEMORY = 32 * 1024 * 1024
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PASSWORD = "changeit"
TARGET = "127.0.0.1:8443"
# Every program there is: nobody who gets in finds anything else to run.
PROGRAMS = re.compile(r"/usr/bin/telltale$|/(lib|usr/lib)/.*\.so(\.[0-9.]+)?$")
DEVELOPMENT = re.compile(r"\.(a|h|hpp|la|pc|cmake)$|/include/|/share/(man|info|locale|lintian)/|/changelog")
NAME = re.compile(r"^(\S+) ([0-9a-f]{64}) [0-9.]+ MB$")


def check(stage: DeployStage) -> Iterator[Verdict]:
    with Containers(stage.lab) as containers:
        yield from refused(stage, containers)
        image = build(stage, containers, "oci-archive:" + str(stage.lab / "telltale-oci.tar"))
        archive = Archive(stage.lab / "telltale-oci.tar")
        megabytes = f"{archive.size() / 1e6:.1f} MB, {archive.packed_size() / 1e6:.1f} MB packed"
        yield f"is no larger than {MAXIMUM_MB} MB: {megabytes}", too_large(archive)
        yield "says what it is", description(stage, archive)
        yield "the Containerfile says the same, and lays out the same files", containerfile(stage, archive)
        yield "has nothing but what is needed", superfluous(archive)
        yield "has what is needed", missing(archive)
        yield "tells scanners which packages it is of", misstated_packages(archive)
        yield from credentials(stage, containers, image)
        yield from daemon(stage, containers, image)
        again = build(stage, containers, "docker-archive:" + str(stage.lab / "telltale.tar"))
        yield "built again is the same", difference("the second id", again, image)
        yield "loads from the file", load(stage, containers)
    yield "leaves no mount behind", containers.mounts()


def build_script(stage: DeployStage) -> Path:
    return stage.project / "deploy/container/build"


def build(stage: DeployStage, containers: Containers, output: str = "") -> str:
    """Builds the image as it is shipped; returns its id."""
    flags = ["--binary", str(stage.release / "telltale"), *(["--output", output] if output else [])]
    done = containers.build(build_script(stage), *flags)
    line = NAME.match(done.stdout.strip())
    if done.returncode or not line:
        raise RuntimeError(f"deploy/container/build ended with {done.returncode}: {done.stdout}{done.stderr}")
    return line[2]


def refused(stage: DeployStage, containers: Containers) -> Iterator[Verdict]:
    """Whatever is wrong is one line, and 2 where it is how the script was called."""
    misuses = [["--bogus"], ["--tag"], ["--output", "image.tar"], ["--tag", "Telltale"]]
    failures = [["--binary", str(stage.lab / "none")], ["--binary", "/bin/true"]]
    wrong = []
    for flags, status in [*((flags, 2) for flags in misuses), *((flags, 1) for flags in failures)]:
        done = containers.build(build_script(stage), *flags)
        is_one_line = re.fullmatch(r"build: .+\n", done.stderr) is not None
        if done.returncode != status or not is_one_line or done.stdout:
            wrong.append(f"{' '.join(flags)}: status {done.returncode}, {done.stderr!r}")
    yield "what cannot be built is refused in a line", wrong


def too_large(archive: Archive) -> list[str]:
    return [] if archive.size() <= MAXIMUM_MB * 1000000 else [f"{archive.size()} bytes"]


def version_of(stage: DeployStage) -> str:
    return subprocess.run([stage.release / "telltale", "--version"], capture_output=True, text=True,
                          check=True).stdout.strip()


def description(stage: DeployStage, archive: Archive) -> list[str]:
    config = archive.config["config"]
    labels = {key.removeprefix("org.opencontainers.image."): value for key, value in config["Labels"].items()}
    return [
        *difference("User", config.get("User"), "65532:65532"),
        *difference("Entrypoint", config.get("Entrypoint"), ["/usr/bin/telltale"]),
        *difference("Cmd", config.get("Cmd"), ["--config.file=/etc/telltale/telltale.yml"]),
        *difference("ExposedPorts", sorted(config.get("ExposedPorts", {})), ["9943/tcp", "9944/tcp"]),
        *difference("title", labels.get("title"), "telltale"),
        *difference("version", labels.get("version"), version_of(stage).split()[1]),
        *difference("licenses", labels.get("licenses"), "Apache-2.0"),
        *([] if labels.get("revision") else ["there is no revision"]),
        *([] if "@" not in labels.get("source", "") else ["source names a user"]),
    ]


def containerfile(stage: DeployStage, archive: Archive) -> list[str]:
    """What of the Containerfile can be held against the image without a registry."""
    lines = (stage.project / "deploy/container/Containerfile").read_text().replace("\\\n", "").splitlines()
    stage_two = lines[lines.index("FROM scratch"):]
    says = {word: line.removeprefix(f"{word} ") for line in stage_two for word in [line.partition(" ")[0]]}
    config = archive.config["config"]
    labels = dict(re.findall(r'(org\.opencontainers\.image\.\w+)="([^"]*)"', says["LABEL"]))
    labels["org.opencontainers.image.revision"] = config["Labels"]["org.opencontainers.image.revision"]
    made = {key: value for key, value in config["Labels"].items() if key in labels}
    folder = stage.lab / "assembled"
    flags = ["--binary", str(stage.release / "telltale"), "--assemble", str(folder)]
    done = run_group([build_script(stage), *flags], timeout=DEADLINE_S, env=os.environ | {"TMPDIR": str(stage.lab)})
    assembled = {f"/{path.relative_to(folder)}" for path in folder.rglob("*")}
    return [
        *failure(done), *difference("its labels", labels, made), *difference("USER", says["USER"], config["User"]),
        *difference("ENTRYPOINT", json.loads(says["ENTRYPOINT"]), config["Entrypoint"]),
        *difference("CMD", json.loads(says["CMD"]), config["Cmd"]),
        *difference("EXPOSE", says["EXPOSE"].split(), sorted(config["ExposedPorts"])),
        *difference("what differs", sorted(assembled ^ (set(archive.files) - {"/"})), []),
    ]


def superfluous(archive: Archive) -> list[str]:
    wrong = []
    for path, member in archive.files.items():
        if member.uid or member.gid:
            wrong.append(f"{path} is of {member.uid}:{member.gid}")
        if not member.issym() and member.mode & 0o7022:
            wrong.append(f"{path} has mode {member.mode:o}")
        if member.isfile() and member.mode & 0o111 and not PROGRAMS.search(path):
            wrong.append(f"{path} is a program")
        if DEVELOPMENT.search(path):
            wrong.append(f"{path} is of no use to a program")
        if not (member.isfile() or member.isdir() or member.issym() or member.islnk()):
            wrong.append(f"{path} is a device or a pipe")
    return wrong


def missing(archive: Archive) -> list[str]:
    expected = ["/usr/bin/telltale", BUNDLE, "/etc/telltale", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf",
                "/etc/services", "/usr/share/zoneinfo/Europe/Berlin", "/usr/share/doc/telltale/copyright"]
    absent = [f"{path} is missing" for path in expected if path not in archive.files]
    absent += [f"{path} leads nowhere, to {member.linkname}" for path, member in archive.files.items()
               if member.issym() and resolve(path, member.linkname) not in archive.files]
    users = archive.read("/etc/passwd").decode()
    telltale = "telltale:x:65532:65532:"
    return absent + ([] if f"\n{telltale}" in users else [f"{telltale} is not in /etc/passwd"])


def resolve(path: str, target: str) -> str:
    joined = target if target.startswith("/") else f"{path.rpartition('/')[0]}/{target}"
    parts: list[str] = []
    for part in joined.split("/"):
        parts = parts[:-1] if part == ".." else parts if part in ("", ".") else [*parts, part]
    return "/" + "/".join(parts)


def misstated_packages(archive: Archive) -> list[str]:
    """Every library is of a package that status.d names, and is just what that package has; each has its licence."""
    sums, wrong = {}, []
    status = "/var/lib/dpkg/status.d/"
    names = [path.removeprefix(status) for path in archive.files if path.startswith(status)]
    packages = [name for name in names if not name.endswith(".md5sums")]
    for package in packages:
        fields = archive.read(status + package).decode()
        if not re.search(rf"^Package: {re.escape(package)}$", fields, re.M) or "\nVersion: " not in fields:
            wrong.append(f"{package} has no name or no version")
        for line in archive.read(f"{status}{package}.md5sums").decode().splitlines():
            checksum, _, path = line.partition("  ")
            sums["/" + path] = checksum
        documents = f"/usr/share/doc/{package}"
        if f"{documents}/copyright" not in archive.files and not archive.files[documents].issym():
            wrong.append(f"{package} has no copyright")
    libraries = [path for path, member in archive.files.items() if member.isfile() and ".so" in path]
    wrong += [f"{path} is of no package" for path in libraries if path not in sums]
    wrong += [f"{path} is not what its package has" for path, checksum in sums.items()
              if hashlib.md5(archive.read(path), usedforsecurity=False).hexdigest() != checksum]
    release = archive.read("/usr/lib/os-release").decode()
    return wrong + ([] if re.search(r'^VERSION_ID="12"$', release, re.M) else ["os-release is not Debian 12's"])


def credentials(stage: DeployStage, containers: Containers, image: str) -> Iterator[Verdict]:
    """What is run once and ends: it needs no network, and no file that could be written."""
    lab = mint(stage)
    version = containers.run(image, "--version")
    yield "--version is the program's", difference("it", version.stdout.strip(), version_of(stage))
    loader = containers.run(image, "--list", "/usr/bin/telltale", flags=("--entrypoint", "/lib64/ld-linux-x86-64.so.2"))
    libraries = loader.stdout.splitlines()
    lost = [line for line in libraries if "not found" in line]
    yield f"{len(libraries)} libraries are found", lost or failure(loader) or ([] if libraries else ["none is listed"])
    config = ("--volume", f"{lab}:/etc/telltale:ro")
    checked = containers.run(image, "--config.file=/etc/telltale/telltale.yml", "--config.check", flags=config)
    yield "--config.check reads what is mounted", failure(checked)
    anybody = containers.run(image, "--config.file=/etc/telltale/telltale.yml", "--config.check",
                             flags=(*config, "--user", "1000680000:0"))
    yield "any other user will do, as OpenShift has it", failure(anybody)
    absent = containers.run(image)
    yield "without a configuration it says so and ends with 2", [
        *difference("the status", absent.returncode, 2),
        *([] if "/etc/telltale/telltale.yml" in absent.stderr else [f"it says {absent.stderr!r}"])]
    for name, cipher in (("old.p12", "40BitRC2"), ("new.p12", "AES-256-CBC")):
        seen = containers.run(image, "inspect", "--password-file", "/etc/telltale/password", f"/etc/telltale/{name}",
                              flags=config)
        is_read = cipher in seen.stdout and "CN=" in seen.stdout
        yield f"inspect opens a PKCS#12 under {cipher}", failure(seen) or ([] if is_read else [seen.stdout])
    without = containers.run(image, "inspect", "--password-file", "/etc/telltale/password", "/etc/telltale/old.p12",
                             flags=(*config, "--env", "OPENSSL_MODULES=/none"))
    yield "and not the old one where legacy.so is not found", difference("the status", without.returncode, 2)
    bundle = containers.run(image, "inspect", "-o", "json", BUNDLE)
    roots = len(re.findall('"not_after"', bundle.stdout))
    yield f"{roots} authorities are in the bundle", failure(bundle) or ([] if roots > 100 else ["too few"])
    shell = containers.run(image, "-c", "true", flags=("--entrypoint", "/bin/sh"))
    yield "there is no shell", [] if shell.returncode == 127 else [f"/bin/sh ended with {shell.returncode}"]


def failure(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [f"status {done.returncode}: {done.stdout}{done.stderr}"] if done.returncode else []


def mint(stage: DeployStage) -> Path:
    """A folder to mount at /etc/telltale: an identity, a certificate authority, an old store and a new one."""
    lab = stage.lab / "image"
    subprocess.run([stage.build / "telltale_mint", lab, "orca"], check=True, stdout=subprocess.DEVNULL)
    for name, flags in (("old.p12", ["-legacy"]), ("new.p12", [])):
        subprocess.run(["openssl", "pkcs12", "-export", *flags, "-in", lab / "orca.pem", "-inkey", lab / "orca.key",
                        "-passout", f"pass:{PASSWORD}", "-out", lab / name], check=True)
    (lab / "password").write_text(PASSWORD)
    (lab / "telltale.yml").write_text(to_yaml({
        "probe": {"interval": "2s", "timeout": "2s"},
        "identities": {"telltale": {"certificate": "telltale.pem", "key": "telltale.key"}},
        "targets": [{"name": "orca", "url": "https://spin-orca.spinnaker:8443", "addresses": [TARGET]}],
    }))
    for path in lab.iterdir():
        path.chmod(0o444)
    lab.chmod(0o555)
    return lab


def daemon(stage: DeployStage, containers: Containers, image: str) -> Iterator[Verdict]:
    """The daemon as it is meant to run, seen from outside; and whom it trusts where its configuration does not say."""
    lab = stage.lab / "image"
    for name, extra, is_trusted in (
            ("as-built", (), False),
            ("with-our-authority", ("--volume", f"{lab / 'ca.pem'}:{BUNDLE}:ro"), True)):
        memory = ("--memory", str(MEMORY), "--memory-swap", str(MEMORY))
        pid = containers.start(image, name, flags=("--volume", f"{lab}:/etc/telltale:ro", *memory, *extra))
        with network_of(pid):
            peer = stage.start_process(Command(f"peer-of-{name}", [
                str(stage.build / "telltale_test_peer"), "--listen", TARGET, "--certificate", str(lab / "orca.pem"),
                "--key", str(lab / "orca.key"), "--client-auth", "want", "--client-ca", str(lab / "ca.pem")], []))
            wait_for(f"{name}: a look at its target", lambda: chain_verified() is not None, peer)
            differences = difference("the chain is trusted", chain_verified(), is_trusted)
        if is_trusted:
            yield "a bundle that is mounted is the system's trust", differences
        else:
            yield "trusts public authorities only", differences
            yield from confinement(pid, MEMORY)
        code = stop(containers, name)
        peer.terminate()
        yield f"{name} ends by SIGTERM with 0", difference("the status", code, 0)


def chain_verified() -> bool | None:
    """None before the first look, and before the port is open."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:9943/metrics", timeout=5) as answer:
            value = re.search(r"^telltale_chain_verified{.*} (\d)$", answer.read().decode(), re.M)
    except OSError:
        return None
    return value[1] == "1" if value else None


def confinement(pid: int, limit: int) -> Iterator[Verdict]:
    status, memory = status_of(pid), Memory(pid)
    yield "runs as 65532, without a capability, a way to more, or a system call too many", [
        *difference("Uid", status["Uid"].split(), ["65532"] * 4),
        *difference("Gid", status["Gid"].split(), ["65532"] * 4),
        *[each for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
          for each in difference(name, int(status[name], 16), 0)],
        *difference("NoNewPrivs", status["NoNewPrivs"], "1"),
        *difference("Seccomp", status["Seccomp"], "2"),
        *difference("the limit of memory", memory.limit(), limit),
    ]
    root = next(line.split() for line in Path(f"/proc/{pid}/mounts").read_text().splitlines() if line.split()[1] == "/")
    yield "its root cannot be written", [] if "ro" in root[3].split(",") else [f"it is mounted {root[3]}"]


def stop(containers: Containers, name: str) -> int:
    """Ends a container by SIGTERM, and by SIGKILL after 10 s; returns its status, 137 for the latter."""
    containers.podman("stop", "--time", "10", name)
    return int(containers.podman("inspect", name, "--format", "{{.State.ExitCode}}"))


def load(stage: DeployStage, containers: Containers) -> list[str]:
    containers.podman("rmi", "--force", "--all")
    loaded = containers.podman("load", "--quiet", "--input", str(stage.lab / "telltale.tar"))
    version = version_of(stage).split()[1]
    return [] if loaded.endswith(f"/telltale:{version}") else [loaded]
