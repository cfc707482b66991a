"""Has telltale look at the peers: writes telltale.yml, runs `telltale check -o json`, reads the report."""

import json
import subprocess
from pathlib import Path
from typing import Any

from servers.peer import Peer
from table import PASSWORDS, Row

# The exit code must say what the report says.
EXIT_CODES = {"open": 0, "closed": 1, "unknown": 2}
TIMEOUT_S = 120


def write_config(lab: Path, rows: list[Row], ports: dict[Peer, int]) -> Path:
    """Writes telltale.yml and the password files it names into the lab."""
    for name, password in PASSWORDS.items():
        (lab / name).write_text(password + "\n")
        (lab / name).chmod(0o600)
    config = {
        "probe": {"interval": "30s", "timeout": "10s", "identity": "telltale"},
        "trust": {"file": str(lab / "A.pem")},
        "identities": {"telltale": {"certificate": str(lab / "telltale.crt"), "key": str(lab / "telltale.key")}},
        "targets": [_target(lab, row, ports) for row in rows],
        "gates": [
            {"name": "everything", "targets": "all"},
            {"name": "spotless", "targets": [row.name for row in rows if row.spotless]},
        ],
    }
    path = lab / "telltale.yml"
    path.write_text(to_yaml(config))
    return path


def check(program: Path, config: Path) -> dict[str, Any]:
    """One `telltale check`. Raises RuntimeError unless it ends with JSON and the exit code that fits it."""
    command = [str(program), "check", "-o", "json", "--config.file", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    (config.parent / "report.json").write_text(done.stdout)
    try:
        report = json.loads(done.stdout)
    except ValueError as error:
        raise RuntimeError(f"telltale check: exit {done.returncode}, no JSON ({error}): {done.stderr.strip()}")
    if EXIT_CODES.get(report.get("status")) != done.returncode:
        raise RuntimeError(f"telltale check: exit {done.returncode}, but status is {report.get('status')!r}")
    return report


def _target(lab: Path, row: Row, ports: dict[Peer, int]) -> dict[str, Any]:
    addresses = [f"127.0.0.1:{ports[peer]}" for peer, _ in row.looks]
    scheme = "rediss" if row.stack == "redis" else "https"
    target: dict[str, Any] = {"name": row.name, "url": f"{scheme}://localhost:{addresses[0].split(':')[1]}"}
    target |= {"addresses": addresses, "goal": "need"} | row.target
    if "password_file" in target:
        target["password_file"] = str(lab / target["password_file"])
    if row.stack != "redis":
        target.setdefault("health", "/health")
    return target


def to_yaml(config: dict[str, Any]) -> str:
    """Block style at the top, flow style below: one line per identity and target."""
    lines = []
    for key, value in config.items():
        if isinstance(value, list):
            lines += [f"{key}:"] + [f"  - {_flow(item)}" for item in value]
        else:
            lines.append(f"{key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return json.dumps(value)
