"""Scripts that start other programs, run so that none of those outlives the run."""

import os
import signal
import subprocess
from pathlib import Path

GRACE_S = 20  # for what a script does at its end


def run_group(words: list[str | Path], *, timeout: float, env: dict[str, str] | None = None,
              cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """As subprocess.run, which would kill the script alone: here SIGTERM goes to all that it has started, too."""
    with subprocess.Popen(words, env=env, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        try:
            told, complained = process.communicate(timeout=timeout)
        except BaseException:
            end_group(process)
            raise
    return subprocess.CompletedProcess(words, process.returncode, told, complained)


def end_group(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # all have ended
