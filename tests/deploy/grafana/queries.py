"""Grafana's part of a query: what it makes of variables, and how it asks a Prometheus."""

import json
import re
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any, Iterator

from grafana.schema import all_panels

Json = dict[str, Any]
Selection = dict[str, list[str]]  # what is chosen of each variable; nothing is all

STEP_S = 1  # that of the scrapes
RANGE_S = 60
OF_GRAFANA = {"__rate_interval": f"{4 * STEP_S}s", "__range": f"{RANGE_S}s"}
OTHERWISE_ZERO = re.compile(r" or 0 \* sum\(.*\)$")


@dataclass(frozen=True)
class Asked:
    """One query of a dashboard. If it counts by a condition (`== bool 0`), it is 0 where that is true of none."""

    where: str
    expression: str

    def or_nothing(self) -> "Asked":
        """The same without what makes a zero of nothing."""
        return Asked(self.where, OTHERWISE_ZERO.sub("", self.expression))

    def is_shown_by(self, series: list[Json]) -> bool:
        """Whether something is there, and if it is a count, more than none."""
        if " bool " not in self.expression:
            return bool(series)
        return any(float(value) > 0 for each in series for _, value in each.get("values", [each.get("value")]))

    def uses(self, variable: str) -> bool:
        return re.search(rf"\${variable}\b", self.expression) is not None


def queries(dashboard: Json) -> Iterator[Asked]:
    for panel in all_panels(dashboard):
        for target in panel.get("targets", []):
            yield Asked(f"{panel['title']}, {target['refId']}", target["expr"])
    for annotation in dashboard["annotations"]["list"]:
        yield Asked(f"annotation {annotation['name']}", annotation["expr"])


class Viewer:
    """Somebody who looks at a dashboard, and has chosen something or all."""

    def __init__(self, url: str, dashboard: Json):
        self._url = url
        self._dashboard = dashboard

    def variable_queries(self) -> dict[str, str]:
        return {variable["name"]: variable["query"]["query"] for variable in self._variables("query")}

    def values(self, name: str, selection: Selection) -> list[str]:
        """What a variable offers: label_values(METRIC, LABEL)."""
        [(metric, label)] = re.findall(r"label_values\((.*), (\w+)\)", self.variable_queries()[name])
        query = {"match[]": self.interpolate(metric, selection)}
        return self._ask(f"/api/v1/label/{label}/values", query)

    def ask(self, asked: Asked, selection: Selection) -> list[Json]:
        query = {"query": self.interpolate(asked.expression, selection)}
        return self._ask("/api/v1/query", query)["result"]

    def ask_over_time(self, asked: Asked, selection: Selection) -> list[Json]:
        now = time.time()
        query = {"query": self.interpolate(asked.expression, selection), "start": now - RANGE_S, "end": now,
                 "step": STEP_S}
        return self._ask("/api/v1/query_range", query)["result"]

    def interpolate(self, expression: str, selection: Selection) -> str:
        values = dict(OF_GRAFANA)
        for variable in self._variables("query"):
            chosen = selection.get(variable["name"]) or variable["current"]["value"]
            values[variable["name"]] = as_regex(chosen, variable)
        return re.sub(r"\$\{?(\w+)\}?", lambda found: values[found[1]], expression)

    def _variables(self, kind: str) -> list[Json]:
        return [variable for variable in self._dashboard["templating"]["list"] if variable["type"] == kind]

    def _ask(self, path: str, query: dict[str, Any]) -> Any:
        # As Grafana does by default, since a query may be long.
        data = urllib.parse.urlencode(query)
        is_get = path.endswith("/values")
        url = self._url + path + (f"?{data}" if is_get else "")
        with urllib.request.urlopen(url, None if is_get else data.encode(), timeout=30) as answer:
            return json.load(answer)["data"]


def as_regex(chosen: list[str], variable: Json) -> str:
    """One value, one of several, or the value for all, as it stands."""
    if chosen == ["$__all"]:
        return variable["allValue"]
    escaped = [re.sub(r"[\\^$*+?.()|[\]{}]", lambda found: "\\\\" + found[0], value) for value in chosen]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
