"""A real Prometheus on loopback, and what one asks of it."""

import json
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from daemon import Daemon
from servers.peer import Command, choose_ports
from stage import Stage, wait_for
from telltale import to_yaml


class Prometheus:
    """Scrapes and evaluates every second. `rules` are paths of rule files."""

    def __init__(self, stage: Stage, jobs: list[dict[str, Any]], rules: tuple[Path, ...] = ()):
        every_second = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        config = {"global": every_second, "scrape_configs": jobs, "rule_files": [str(file) for file in rules]}
        file = stage.lab / "prometheus.yml"
        file.write_text(to_yaml(config))
        [port] = choose_ports(1)
        self._url = f"http://127.0.0.1:{port}"
        words = ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={stage.lab / 'prometheus'}",
                 f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
        self.process = stage.start_process(Command("prometheus", words, [port]))
        wait_for("Prometheus", self._is_ready, self.process)

    @property
    def url(self) -> str:
        return self._url

    def query(self, expression: str) -> list[dict[str, Any]]:
        return self._ask("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))["result"]

    def value(self, expression: str) -> float | None:
        """Of the only series that the expression has; nothing where there is none yet."""
        result = self.query(expression)
        return float(result[0]["value"][1]) if len(result) == 1 else None

    def errors(self) -> dict[str, str]:
        """The last error of each job's target."""
        targets = self._ask("/api/v1/targets?state=active")["activeTargets"]
        return {target["labels"]["job"]: target["lastError"] for target in targets}

    def firing(self) -> dict[str, list[dict[str, str]]]:
        """The labels of each alert that fires now, by the alert's name."""
        alerts: dict[str, list[dict[str, str]]] = {}
        for alert in self._ask("/api/v1/alerts")["alerts"]:
            if alert["state"] == "firing":
                alerts.setdefault(alert["labels"]["alertname"], []).append(alert["labels"])
        return alerts

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(self._url + path, timeout=10) as answer:
            return json.load(answer)["data"]

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._url}/-/ready", timeout=10):
                return True
        except OSError:
            return False


def at(daemon: Daemon) -> list[dict[str, Any]]:
    return [{"targets": [daemon.address]}]
