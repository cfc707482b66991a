"""What the three dashboards share: states with their colours and words, queries, variables, the forms of panels.

Written for Grafana 10 and later; a panel's options that Grafana has defaults for are left out.
"""

from typing import Any

Json = dict[str, Any]

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SITE = 'job=~"$job",cluster=~"$cluster",namespace=~"$namespace"'
SITE_LEGEND = "{{namespace}} {{cluster}}"
DAY_S = 86400

# Colours that colour-blind people can tell apart (Okabe and Ito); every state has its word beside them.
BLUE, ORANGE, VERMILLION, YELLOW, GREY = "#0072B2", "#E69F00", "#D55E00", "#F0E442", "#7F7F7F"

# A state is one series per value, and exactly one of them is 1. A panel wants a number: the state's, so ordered that
# the worst of many is their minimum (modes, gates) or maximum (verdicts).
State = dict[str, tuple[int, str, str]]  # by the label's value: number, words, colour
MODES: State = {"unknown": (0, "? unknown", GREY), "none": (1, "○ none", VERMILLION),
                "want": (2, "◐ want", ORANGE), "need": (3, "● need", BLUE)}
MESH_MODES: State = {"unknown": (0, "? unknown", GREY), "permissive": (1, "◐ permissive", ORANGE),
                     "strict": (2, "● strict", BLUE)}
GATES: State = {"closed": (0, "✕ closed", VERMILLION), "unknown": (1, "? unknown", GREY), "open": (2, "✓ open", BLUE)}
VERDICTS: State = {"survives": (1, "✓ survives", BLUE), "unknown": (2, "? unknown", GREY),
                   "breaks": (3, "✕ breaks", ORANGE), "broken": (4, "‼ broken", VERMILLION)}


def flag(yes: str, no: str) -> State:
    """The words for a metric that is 1 or 0, where 1 is as it should be."""
    return {"0": (0, f"✕ {no}", VERMILLION), "1": (1, f"✓ {yes}", BLUE)}


# Queries

def series(metric: str, *matchers: str) -> str:
    """The metric at the chosen sites."""
    return f"{metric}{{{','.join((SITE, *matchers))}}}"


def fold(how: str, labels: str, expression: str) -> str:
    """One value per site and `labels`, however many telltales of the site say it."""
    by = ", ".join(filter(None, ("cluster, namespace", labels)))
    return f"{how} by ({by}) ({expression})"


def number_of(metric: str, label: str, states: State, *matchers: str) -> str:
    """The number of the state that is 1."""
    numbers = {f'{label}="{name}"': number for name, (number, _, _) in states.items()}
    return " or ".join(f"{number} * ({series(metric, *matchers, value)} == 1)" for value, number in numbers.items())


def query(expression: str, legend: str = "", *, ref: str = "A") -> Json:
    return {"datasource": DATASOURCE, "refId": ref, "expr": expression, "legendFormat": legend or "__auto",
            "range": True, "instant": False}


def instant(expression: str, legend: str = "", *, ref: str = "A") -> Json:
    return query(expression, legend, ref=ref) | {"range": False, "instant": True}


def rows(expression: str, *, ref: str = "A") -> Json:
    """The series as rows of a table, labels as columns."""
    return instant(expression, ref=ref) | {"format": "table"}


# Fields

def mappings(states: State) -> list[Json]:
    words = {str(number): {"text": text, "color": colour, "index": index}
             for index, (number, text, colour) in enumerate(states.values())}
    return [{"type": "value", "options": words}]


def steps(base: str, *above: tuple[float, str]) -> Json:
    return {"mode": "absolute", "steps": [{"color": base, "value": None},
                                          *({"color": colour, "value": value} for value, colour in above)]}


TIME_LEFT = steps(VERMILLION, (7 * DAY_S, ORANGE), (14 * DAY_S, YELLOW), (28 * DAY_S, BLUE))
COUNT_OF_FAULTS = steps(BLUE, (1, VERMILLION))
PLAIN = steps("transparent")


def override(field: str, **properties: Any) -> Json:
    """`custom__width` is the property custom.width."""
    return {"matcher": {"id": "byName", "options": field},
            "properties": [{"id": name.replace("__", "."), "value": value} for name, value in properties.items()]}


def coloured(field: str, states: State, missing: str = "–") -> Json:
    return override(field, mappings=mappings(states), noValue=missing,
                    custom__cellOptions={"type": "color-background", "mode": "basic"})


def linked(field: str, title: str, url: str) -> Json:
    return override(field, links=[{"title": title, "url": url, "targetBlank": True}])


# `:raw`, since Grafana escapes what it puts into a link: some versions the `://` of a URL, too.
TARGET_LINK = linked("target", "This target on telltale's page", "${page:raw}/targets/${__value.raw}")
CALLEE_LINK = linked("callee", "This target on telltale's page", "${page:raw}/targets/${__value.raw}")
REASON_LINK = linked("reason", "What this reason means", "${docs:raw}/reasons.md")


# Panels. `nothing` is what a panel says when no series come.

def panel(kind: str, title: str, description: str, targets: list[Json], nothing: str) -> Json:
    for index, target in enumerate(targets):
        target["refId"] = chr(ord("A") + index)
    return {"type": kind, "title": title, "description": description, "datasource": DATASOURCE, "targets": targets,
            "fieldConfig": {"defaults": {"noValue": nothing}, "overrides": []}, "options": {}}


def set_field(made: Json, *overrides: Json, **defaults: Any) -> Json:
    """The same panel, with more in its fields' configuration."""
    made["fieldConfig"]["defaults"] |= defaults
    made["fieldConfig"]["overrides"] += overrides
    return made


def stat(title: str, description: str, expression: str, nothing: str, *, legend: str = "", states: State | None = None,
         **defaults: Any) -> Json:
    """The newest value, as large as there is room, and all of it coloured: grey where there is none."""
    made = panel("stat", title, description, [instant(expression, legend)], nothing)
    made["options"] = {"colorMode": "background", "graphMode": "none",
                       "textMode": "value_and_name" if legend else "value",
                       "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    none = {"type": "special", "options": {"match": "null+nan", "result": {"text": nothing, "color": GREY}}}
    words = [*(mappings(states) if states else []), none]
    usual = {"color": {"mode": "thresholds"}, "mappings": words, "thresholds": steps(GREY)}
    return set_field(made, **(usual | defaults))


def count(title: str, description: str, condition: str, **defaults: Any) -> Json:
    """How many a condition with `bool` is true of; there should be none. With nobody to ask there is no number."""
    return stat(title, description, f"sum({condition})", "no data",
                **({"unit": "none", "thresholds": COUNT_OF_FAULTS} | defaults))


def or_zero(expression: str, wherever: str) -> str:
    """0 where the expression has no series yet, but only if there is anything else: silence is no zero."""
    return f"{expression} or 0 * sum({wherever})"


def bars(title: str, description: str, targets: list[Json], nothing: str, **defaults: Any) -> Json:
    made = panel("bargauge", title, description, targets, nothing)
    made["options"] = {"displayMode": "basic", "orientation": "horizontal", "showUnfilled": True, "valueMode": "text",
                       "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    return set_field(made, **defaults)


def states_over_time(title: str, description: str, states: State, expression: str, legend: str, nothing: str) -> Json:
    made = panel("state-timeline", title, description, [query(expression, legend)], nothing)
    made["options"] = {"mergeValues": True, "showValue": "auto", "alignValue": "left", "rowHeight": 0.9, "perPage": 20,
                       "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
                       "tooltip": {"mode": "single", "sort": "none"}}
    return set_field(made, mappings=mappings(states), custom={"fillOpacity": 85, "lineWidth": 0}, thresholds=PLAIN,
                     color={"mode": "thresholds"})


def lines(title: str, description: str, targets: list[Json], nothing: str, unit: str, *, stacked: bool = False,
          **defaults: Any) -> Json:
    made = panel("timeseries", title, description, targets, nothing)
    made["options"] = {"legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
                       "tooltip": {"mode": "multi", "sort": "desc"}}
    custom: Json = {"lineWidth": 1, "fillOpacity": 30 if stacked else 0, "showPoints": "never", "spanNulls": False}
    if stacked:
        custom["stacking"] = {"mode": "normal", "group": "A"}
    return set_field(made, **({"unit": unit, "min": 0, "custom": custom} | defaults))


def table(title: str, description: str, targets: list[Json], nothing: str, *overrides: Json,
          names: dict[str, str] | None = None, hidden: tuple[str, ...] = (), first: tuple[str, ...] = (),
          sort: str = "") -> Json:
    """A row per series; the rows of several queries are one where their labels are equal.

    `names` renames columns, `first` are the leftmost ones, `sort` is the column that rows are sorted by.
    """
    made = panel("table", title, description, targets, nothing)
    made["options"] = {"showHeader": True, "cellHeight": "sm"}
    if sort:
        made["options"]["sortBy"] = [{"displayName": sort, "desc": False}]
    order = {name: index for index, name in enumerate(("cluster", "namespace", *first))}
    made["transformations"] = [{"id": "merge", "options": {}}] if len(targets) > 1 else []
    made["transformations"].append({"id": "organize", "options": {
        "excludeByName": {name: True for name in ("Time", *hidden)}, "indexByName": order,
        "renameByName": names or {}}})
    return set_field(made, *overrides, custom={"align": "auto", "inspect": False}, thresholds=PLAIN,
                     color={"mode": "thresholds"})


def matrix(title: str, description: str, states: State, expression: str, row: str, column: str, nothing: str) -> Json:
    """A row per value of one label, a column per value of another, and in it a state; a dash where there is none."""
    made = panel("table", title, description, [rows(expression)], nothing)
    made["options"] = {"showHeader": True, "cellHeight": "sm"}
    corner = f"{row}\\{column}"
    made["transformations"] = [
        {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": column}]}},
        {"id": "groupingToMatrix", "options": {"columnField": column, "rowField": row, "valueField": "Value",
                                               "emptyValue": "empty"}},
        {"id": "sortBy", "options": {"fields": {}, "sort": [{"field": corner}]}},
    ]
    empty = {"type": "special", "options": {"match": "empty", "result": {"text": "–", "color": "transparent"}}}
    return set_field(made, override(corner, custom__cellOptions={"type": "auto"}), mappings=[*mappings(states), empty],
                     custom={"align": "center", "inspect": False, "minWidth": 90,
                             "cellOptions": {"type": "color-background", "mode": "basic"}},
                     thresholds=PLAIN, color={"mode": "thresholds"})


# Variables

def from_labels(name: str, label: str, description: str, metric: str) -> Json:
    """All by default, which is true of series without the label, too."""
    return {"type": "query", "name": name, "label": label, "description": description, "datasource": DATASOURCE,
            "query": {"query": f"label_values({metric}, {name})", "refId": name}, "refresh": 2, "sort": 1,
            "multi": True, "includeAll": True, "allValue": ".*",
            "current": {"selected": True, "text": ["All"], "value": ["$__all"]}}


def text(name: str, label: str, description: str, value: str) -> Json:
    option = {"selected": True, "text": value, "value": value}
    return {"type": "textbox", "name": name, "label": label, "description": description, "query": value,
            "current": option, "options": [option]}


BUILD = "telltale_build_info"
JOB = from_labels("job", "Job", "Prometheus' job that scrapes telltale", BUILD) | {
    "includeAll": False, "current": {"selected": True, "text": ["telltale"], "value": ["telltale"]}}
del JOB["allValue"]  # all jobs would be those of others, too
VARIABLES = {variable["name"]: variable for variable in (
    {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1},
    JOB,
    from_labels("cluster", "Cluster", "The label cluster, where there is one", f'{BUILD}{{job=~"$job"}}'),
    from_labels("namespace", "Namespace", "The label namespace, where there is one",
                f'{BUILD}{{job=~"$job",cluster=~"$cluster"}}'),
    from_labels("gate", "Gate", "Gates of telltale.yml", series("telltale_gate_open")),
    from_labels("target", "Target", "Targets of telltale.yml; of a call, the one that is called",
                series("telltale_findings")),
    text("page", "telltale's page", "Where people reach telltale's own page, for links",
         "http://telltale.spinnaker:9943"),
    text("docs", "Documentation", "Where telltale's docs/ can be read, for links",
         "https://telltale.example/docs"),
)}


# Dashboards

class Board:
    """Lays panels out from left to right, and opens a new line where one does not fit any more."""

    WIDTH = 24

    def __init__(self, name: str, title: str, description: str, variables: tuple[str, ...]):
        self._head = {"uid": f"telltale-{name}", "title": title, "description": description}
        self._variables = variables
        self._annotations: list[Json] = []
        self._panels: list[Json] = []
        self._home = self._panels  # where the next panel goes: the dashboard, or a row that is folded
        self._x = self._y = self._height = self._count = 0

    def row(self, title: str, *, folded: bool = False) -> None:
        self._new_line()
        made = {"type": "row", "title": title, "collapsed": folded, "panels": []}
        self._home = self._panels
        self.add(made, self.WIDTH, 1)
        if folded:
            self._home = made["panels"]

    def add(self, made: Json, width: int, height: int) -> None:
        if self._x + width > self.WIDTH:
            self._new_line()
        self._count += 1
        self._home.append(made | {"id": self._count,
                                  "gridPos": {"x": self._x, "y": self._y, "w": width, "h": height}})
        self._x += width
        self._height = max(self._height, height)

    def annotate(self, name: str, expression: str, title: str, words: str, tags: str) -> None:
        """A mark at each time in milliseconds that the expression has for a value."""
        self._annotations.append({
            "name": name, "datasource": DATASOURCE, "enable": True, "hide": False, "iconColor": ORANGE,
            "target": {"refId": "Anno", "expr": expression}, "expr": expression,  # Grafana 10 reads the latter
            "titleFormat": title, "textFormat": words, "tagKeys": tags, "useValueForTime": True})

    def json(self) -> Json:
        return self._head | {
            "tags": ["telltale", "mtls", "spinnaker"], "schemaVersion": 39, "version": 1, "editable": True,
            "graphTooltip": 1, "refresh": "30s", "time": {"from": "now-6h", "to": "now"}, "timezone": "browser",
            "annotations": {"list": self._annotations},
            "links": [self._link("dashboards", "telltale", tags=["telltale"], includeVars=True, keepTime=True),
                      self._link("link", "telltale's page", url="${page:raw}/", targetBlank=True, icon="external link")],
            "templating": {"list": [VARIABLES[name] for name in self._variables]},
            "panels": self._panels}

    @staticmethod
    def _link(kind: str, title: str, **others: Any) -> Json:
        return {"type": kind, "title": title, "tooltip": "", "icon": "dashboard", "tags": [], "asDropdown": False,
                "includeVars": False, "keepTime": False, "targetBlank": False} | others

    def _new_line(self) -> None:
        self._x, self._y, self._height = 0, self._y + self._height, 0
