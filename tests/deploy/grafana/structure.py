"""Rules for a dashboard that no type can tell: each yields what is against it."""

import re
from collections import Counter
from typing import Any, Iterator

from grafana.schema import all_panels

Json = dict[str, Any]
Metrics = dict[str, tuple[str, ...]]  # their labels, by name

GRID_WIDTH = 24
KINDS = {"stat", "bargauge", "timeseries", "state-timeline", "table", "row"}
OF_GRAFANA = {"__rate_interval", "__range", "__value.raw"}  # variables that need no definition
OF_SCRAPES = ("job", "cluster", "namespace")  # the labels that Prometheus adds
VARIABLE_OF = {"callee": "target"}
OTHER_METRICS = {"up", "scrape_duration_seconds", "scrape_samples_scraped", "process_resident_memory_bytes",
                 "process_cpu_seconds_total", "process_open_fds", "process_max_fds", "process_threads",
                 "process_start_time_seconds"}


def wrong_with(dashboard: Json, documented: Metrics) -> list[str]:
    """`documented` is what docs/metrics.md says."""
    rules = (head(dashboard), identity(dashboard), grid(dashboard), panels(dashboard), variables(dashboard),
             metrics(dashboard, documented))
    return [fault for rule in rules for fault in rule]


def head(dashboard: Json) -> Iterator[str]:
    if not re.fullmatch(r"telltale-[a-z]+", dashboard["uid"]):
        yield f"uid is {dashboard['uid']}"
    if "telltale" not in dashboard["tags"]:
        yield "the links lead to the tag telltale, which it lacks"
    if dashboard["schemaVersion"] > 39:
        yield f"schemaVersion {dashboard['schemaVersion']} is newer than Grafana 10 and 11 have"
    if "id" in dashboard or "__inputs" in dashboard:
        yield "it is bound to one Grafana"


def identity(dashboard: Json) -> Iterator[str]:
    for number, times in Counter(panel["id"] for panel in all_panels(dashboard)).items():
        if times > 1:
            yield f"{times} panels have the id {number}"
    for title, times in Counter(panel["title"] for panel in all_panels(dashboard)).items():
        if times > 1:
            yield f"{times} panels are titled {title}"


def grid(dashboard: Json) -> Iterator[str]:
    taken: dict[tuple[int, int], str] = {}
    for panel in all_panels(dashboard):
        place = panel["gridPos"]
        if place["x"] + place["w"] > GRID_WIDTH:
            yield f"{panel['title']}: sticks out to the right"
        for cell in ((x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])):
            if cell in taken:
                yield f"{panel['title']}: overlaps {taken[cell]}"
                break
            taken[cell] = panel["title"]


def panels(dashboard: Json) -> Iterator[str]:
    for panel in all_panels(dashboard):
        if panel["type"] not in KINDS:
            yield f"{panel['title']}: type {panel['type']}"
        if panel["type"] == "row":
            continue
        defaults = panel["fieldConfig"]["defaults"]
        if not panel.get("description"):
            yield f"{panel['title']}: no description"
        if not defaults.get("noValue"):
            yield f"{panel['title']}: does not say what no value means"
        is_number = panel["type"] in ("stat", "bargauge", "timeseries")
        if is_number and not (defaults.get("unit") or defaults.get("mappings")):
            yield f"{panel['title']}: neither a unit nor words"
        if panel["type"] == "stat" and not (defaults.get("thresholds") or defaults.get("mappings")):
            yield f"{panel['title']}: neither thresholds nor words"
        refs = [target["refId"] for target in panel["targets"]]
        if not refs or len(set(refs)) < len(refs):
            yield f"{panel['title']}: refIds {refs}"
        yield from columns(panel)


def columns(panel: Json) -> Iterator[str]:
    """An override or a sort that names no column does nothing, and nobody says so."""
    for change in panel.get("transformations", []):
        if change["id"] != "organize":
            continue
        names = set(change["options"]["renameByName"].values())
        labels = set(re.findall(r"[a-z_0-9]+", " ".join(re.findall(r" by \(([^)]*)\)", expressions(panel)))))
        wanted = {entry["matcher"]["options"] for entry in panel["fieldConfig"]["overrides"]}
        wanted |= {entry["displayName"] for entry in panel["options"].get("sortBy", [])}
        for name in sorted(wanted - names - labels):
            yield f"{panel['title']}: no column is named {name}"


def variables(dashboard: Json) -> Iterator[str]:
    defined = [variable["name"] for variable in dashboard["templating"]["list"]]
    everything = repr({name: part for name, part in dashboard.items() if name != "templating"}) + "".join(
        repr(variable.get("query")) for variable in dashboard["templating"]["list"])
    used = set(re.findall(r"\$\{?([A-Za-z_][\w.]*)", everything))
    for name in sorted(used - set(defined) - OF_GRAFANA):
        yield f"${name} is used and not defined"
    for name in sorted(set(defined) - used):
        yield f"${name} is defined and not used"
    for name in re.findall(r"'url': '\$\{(\w+)\}", everything):
        yield f"a link begins with ${name}, which is escaped unless it is :raw"
    for source in re.findall(r"'uid': '([^']*)'", everything):
        if source not in ("${datasource}", dashboard["uid"]):
            yield f"the data source is {source}, and not the variable"


def metrics(dashboard: Json, documented: Metrics) -> Iterator[str]:
    """All are known, and asked for by each variable whose label they have."""
    chosen_by = {variable["name"] for variable in dashboard["templating"]["list"]}
    for name in re.findall(r"label_values\(([a-z_]+)", repr(dashboard["templating"])):
        if name not in documented:
            yield f"docs/metrics.md knows no {name}"
    for name, matchers in re.findall(r"([a-z_]+)\{([^}]*)\}", " ".join(all_expressions(dashboard))):
        if name not in OTHER_METRICS and name.removesuffix("_bucket") not in documented:
            yield f"docs/metrics.md knows no {name}"
        labels = OF_SCRAPES + documented.get(name, ())
        for label, variable in ((label, VARIABLE_OF.get(label, label)) for label in labels):
            if variable in chosen_by and f'{label}=~"${variable}"' not in matchers:
                yield f"{name} is not chosen by {label}"


def states(dashboard: Json, exported: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    """Every state that telltale exports has its number in the query, and a word with a colour in the panel."""
    form = re.compile(r'(\d+) \* \((\w+)\{[^}]*?(\w+)="(\w+)"\} == 1\)')
    for panel in all_panels(dashboard):
        words: dict[str, str] = {}
        for number, text in mapped(panel):
            words[number] = f"{words.get(number, '')} {text}"
        asked: dict[tuple[str, str], set[str]] = {}
        for number, metric, label, value in form.findall(expressions(panel)):
            asked.setdefault((metric, label), set()).add(value)
            is_count = "unit" in panel["fieldConfig"]["defaults"]
            if not is_count and value not in words.get(number, ""):
                yield f"{panel['title']}: {metric} {value} is shown as {words.get(number, 'a number')}"
        for key, values in asked.items():
            if not exported[key] <= values:
                yield f"{panel['title']}: {key[0]} is also {', '.join(sorted(exported[key] - values))}"


def mapped(panel: Json) -> Iterator[tuple[str, str]]:
    field_config = panel.get("fieldConfig", {"defaults": {}, "overrides": []})
    lists = [field_config["defaults"].get("mappings", [])]
    lists += [change["value"] for entry in field_config["overrides"] for change in entry["properties"]
              if change["id"] == "mappings"]
    for mapping in (mapping for each in lists for mapping in each if mapping["type"] == "value"):
        for number, result in mapping["options"].items():
            if result.get("color"):
                yield number, result["text"]


def expressions(panel: Json) -> str:
    return " ".join(target["expr"] for target in panel.get("targets", []))


def all_expressions(dashboard: Json) -> Iterator[str]:
    yield from (expressions(panel) for panel in all_panels(dashboard))
    yield from (annotation["expr"] for annotation in dashboard["annotations"]["list"])
