"""Faults to plant in a dashboard. Each returns a word of what must then be said; its docstring says what it is."""

import copy
from typing import Any, Callable, Iterator

Json = dict[str, Any]


def plant_metric(board: Json) -> str:
    """a metric that is none"""
    board["panels"][1]["targets"][0]["expr"] += " or telltale_gate_opened{}"
    return "telltale_gate_opened"


def plant_all(board: Json) -> str:
    """a metric that no variable chooses from"""
    target = first_of(board, "state-timeline")["targets"][0]
    target["expr"] = target["expr"].replace('gate=~"$gate"', 'gate!=""')
    return "telltale_gate_status is not chosen by gate"


def plant_overlap(board: Json) -> str:
    """an overlapping panel"""
    board["panels"][2]["gridPos"]["x"] -= 1
    return "overlaps"


def plant_id(board: Json) -> str:
    """an id that stands twice"""
    board["panels"][2]["id"] = board["panels"][1]["id"]
    return "have the id"


def plant_variable(board: Json) -> str:
    """a variable that is not defined"""
    board["panels"][1]["targets"][0]["expr"] += " + $offset"
    return "$offset is used and not defined"


def plant_unused(board: Json) -> str:
    """a variable that nobody uses"""
    board["templating"]["list"].append({"name": "idle"})
    return "$idle is defined and not used"


def plant_source(board: Json) -> str:
    """a data source of one Grafana"""
    board["panels"][1]["datasource"] = {"type": "prometheus", "uid": "PBFA97CFB590B2093"}
    return "the data source is PBFA97CFB590B2093"


def plant_column(board: Json) -> str:
    """a sort by a column that is none"""
    table = next(panel for panel in board["panels"] if panel["type"] == "table" and "sortBy" in panel["options"])
    table["options"]["sortBy"][0]["displayName"] = "leftover"
    return "no column is named leftover"


def plant_kind(board: Json) -> str:
    """a panel of a kind that is gone"""
    board["panels"][1]["type"] = "singlestat"
    return "singlestat"


def plant_link(board: Json) -> str:
    """a link whose URL Grafana escapes"""
    board["links"].append({"url": "${page}/"})
    return ":raw"


AGAINST_RULES = (plant_metric, plant_all, plant_overlap, plant_id, plant_variable, plant_unused, plant_source,
                 plant_column, plant_kind, plant_link)


def in_board(board: Json) -> str:
    """a field of a dashboard"""
    board["refreshh"] = "5s"
    return "refreshh"


def in_panel(board: Json) -> str:
    """a field of a panel"""
    board["panels"][1]["descripton"] = ""
    return "descripton"


def in_options(board: Json) -> str:
    """an option of a panel's"""
    board["panels"][1]["options"]["colourMode"] = "value"
    return "colourMode"


def in_value(board: Json) -> str:
    """a value of an option's"""
    board["panels"][1]["options"]["colorMode"] = "foreground"
    return "foreground"


def in_field(board: Json) -> str:
    """a property of a field's"""
    board["panels"][1]["fieldConfig"]["defaults"]["units"] = "s"
    return "units"


def in_custom(board: Json) -> str:
    """a property of a table's field"""
    first_of(board, "table")["fieldConfig"]["defaults"]["custom"]["aline"] = "left"
    return "aline"


def in_override(board: Json) -> str:
    """a property of an override"""
    with_override = next(panel for panel in board["panels"] if panel["type"] == "table"
                         and panel["fieldConfig"]["overrides"])
    with_override["fieldConfig"]["overrides"][0]["properties"][0]["id"] = "custom.wide"
    return "custom.wide"


def in_transformation(board: Json) -> str:
    """an option of a transformation"""
    first_of(board, "table")["transformations"][-1]["options"]["hide"] = {}
    return "is not assignable"


def in_query(board: Json) -> str:
    """a field of a query"""
    board["panels"][1]["targets"][0]["instnat"] = True
    return "instnat"


def in_variable(board: Json) -> str:
    """a field of a variable"""
    board["templating"]["list"][1]["multiple"] = True
    return "multiple"


def first_of(board: Json, kind: str) -> Json:
    return next(panel for panel in board["panels"] if panel["type"] == kind)


AGAINST_TYPES = (in_board, in_panel, in_options, in_value, in_field, in_custom, in_override, in_transformation,
                 in_query, in_variable)


def without_word(board: Json) -> str:
    """a state that has no word"""
    del first_of(board, "state-timeline")["fieldConfig"]["defaults"]["mappings"][0]["options"]["0"]
    return "is shown as a number"


def without_state(board: Json) -> str:
    """a state that the query leaves out"""
    target = first_of(board, "state-timeline")["targets"][0]
    target["expr"] = target["expr"].replace('status="closed"', 'status="open"')
    return "is also closed"


AGAINST_STATES = (without_word, without_state)


def planted(board: Json, faults: tuple[Callable[[Json], str], ...]) -> Iterator[tuple[str, Json, str]]:
    """A copy with one fault for each: what it is, the copy, and a word of what must be said of it."""
    for plant in faults:
        changed = copy.deepcopy(board)
        word = plant(changed)
        yield plant.__doc__ or "", changed, word
