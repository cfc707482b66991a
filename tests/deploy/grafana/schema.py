"""Has tsc judge a dashboard by Grafana's own types: each panel is written as a literal of its type in panels.ts."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Iterator

HERE = Path(__file__).resolve().parent
FLAGS = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext",
         "--moduleResolution", "nodenext", "--pretty", "false"]
TIMEOUT_S = 120


def complaints(dashboards: dict[str, Any], modules: Path, lab: Path) -> dict[str, list[str]]:
    """What tsc says of each dashboard, all in one run."""
    folder = lab / "schema"
    folder.mkdir()
    (folder / "node_modules").symlink_to(modules / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(HERE / "panels.ts", folder)
    for name, dashboard in dashboards.items():
        (folder / f"{name}.ts").write_text("".join(literals(dashboard)))
    files = ["panels.ts", *(f"{name}.ts" for name in dashboards)]
    done = subprocess.run(["node", "node_modules/typescript/bin/tsc", *FLAGS, *files], cwd=folder,
                          capture_output=True, text=True, timeout=TIMEOUT_S)
    said = (done.stdout + done.stderr).splitlines()
    by_name = {name: [line for line in said if line.startswith(f"{name}.ts(")] for name in dashboards}
    if done.returncode and not any(by_name.values()) or any(line.startswith("panels.ts") for line in said):
        raise RuntimeError("tsc: " + "\n".join(said))
    return by_name


def literals(dashboard: dict[str, Any]) -> Iterator[str]:
    yield "import type { Board, Panels } from './panels.js';\n"
    yield literal("board", "Board", dashboard | {"panels": []})
    for panel in all_panels(dashboard):
        is_row = panel["type"] == "row"
        kind = f"Panels[{json.dumps(panel['type'])}]"
        yield literal(f"panel{panel['id']}", kind, panel | {"panels": []} if is_row else panel)


def literal(name: str, kind: str, value: dict[str, Any]) -> str:
    return f"export const {name}: {kind} = {json.dumps(value)};\n"


def all_panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows, and those in folded rows, too."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])
