"""npm's packages, as a package-lock.json pins them, in a folder beside the builds."""

import shutil
import subprocess
from pathlib import Path

INSTALL_TIMEOUT_S = 120


def install_modules(source: Path, folder: Path) -> Path:
    """Has npm put what package-lock.json in `source` names into `folder`; once, until that file changes."""
    folder.mkdir(exist_ok=True)
    wanted = (source / "package-lock.json").read_bytes()
    done = folder / "installed"
    if done.exists() and done.read_bytes() == wanted:
        return folder
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    for _ in range(2):  # a registry may hiccup
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
        if ran.returncode == 0:
            done.write_bytes(wanted)
            return folder
    raise RuntimeError(f"npm ci: {ran.stderr.strip()}")
