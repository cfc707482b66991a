"""Compares telltale's verdicts with what the callers met."""

from dataclasses import dataclass, field
from typing import Any

from clients import good
from scenario import Call, Scenario


@dataclass(frozen=True)
class Edge:
    """One call to one address, and what came of it under `want` and after the flip to `need`."""

    scenario: Scenario
    call: Call
    replica: int  # counted from 1
    port: int
    today: str
    after: str

    @property
    def truth(self) -> str:
        if not good(self.today):
            return "broken"
        return "survives" if good(self.after) else "breaks"

    @property
    def unseen(self) -> str | None:
        return self.call.unseen.get(self.replica)

    @property
    def right(self) -> str:
        """The verdict that is right."""
        return "unknown" if self.unseen else self.truth

    @property
    def key(self) -> tuple[str, str, str]:
        return self.call.caller, self.call.server, f"127.0.0.1:{self.port}"

    def __str__(self) -> str:
        caller, server, address = self.key
        return f"{self.scenario.name}: {caller} -> {server} {address}"


@dataclass
class Totals:
    edges: int = 0
    right: int = 0
    unseen: int = 0
    unknown: int = 0  # said of what could be told
    wrong_open: int = 0
    wrong_closed: int = 0

    @property
    def good(self) -> bool:
        return self.edges > 0 and self.wrong_open == 0 and self.right >= 0.98 * self.edges

    def __str__(self) -> str:
        share = 100 * self.right / self.edges if self.edges else 0
        return (f"edges right: {self.right} of {self.edges} ({share:.1f} %), unknown: {self.unknown}, "
                f"unseen: {self.unseen}, wrong open: {self.wrong_open}, wrong closed: {self.wrong_closed}")


@dataclass
class Judgement:
    """Of one scenario."""

    differences: list[str] = field(default_factory=list)
    failed: bool = False  # there is a difference that must never be, however seldom

    def add(self, difference: str, fatal: bool = True) -> None:
        self.differences.append(difference)
        self.failed |= fatal


def judge(scenario: Scenario, edges: list[Edge], report: dict[str, Any], totals: Totals) -> Judgement:
    """Compares the edges of one scenario and its gate, and adds to `totals`."""
    judgement = Judgement()
    rows = {(row["caller"], row["callee"], row["address"]): row for row in report.get("edges", [])}
    for edge in edges:
        _judge_edge(edge, rows.pop(edge.key, None), judgement, totals)
    for key in rows:
        judgement.add(f"an edge that nobody described: {' -> '.join(key)}")
    _judge_gate(scenario, edges, report, judgement, totals)
    return judgement


def _judge_edge(edge: Edge, row: dict[str, Any] | None, judgement: Judgement, totals: Totals) -> None:
    verdict = row["verdict"] if row else "missing"
    totals.edges += 1
    totals.unseen += edge.unseen is not None
    if verdict == edge.right:
        totals.right += 1
        return
    is_wrong_open = verdict == "survives" and edge.truth != "survives"
    is_wrong_closed = verdict in {"breaks", "broken"} and edge.truth == "survives"
    totals.unknown += verdict == "unknown"
    totals.wrong_open += is_wrong_open
    totals.wrong_closed += is_wrong_closed
    told = "wrong open: " if is_wrong_open else "wrong closed: " if is_wrong_closed else ""
    told += f"{edge}: truth {edge.truth}{', unseen' if edge.unseen else ''}, verdict {verdict}"
    if row:
        told += f" ({row['reason']}): {row['detail']}"
    judgement.add(f"{told} [today {edge.today}; after {edge.after}]", is_wrong_open or not row)


def _judge_gate(scenario: Scenario, edges: list[Edge], report: dict[str, Any], judgement: Judgement,
                totals: Totals) -> None:
    [gate] = report["gates"]
    doomed = sorted({edge.truth for edge in edges} - {"survives"})
    unseen = any(edge.unseen for edge in edges)
    why = scenario.closed or (f"an edge is {' or '.join(doomed)}" if doomed else "an edge is unseen" if unseen else "")
    if gate["status"] == "open" and why:
        totals.wrong_open += 1
        judgement.add(f"wrong open: {scenario.name}: the gate, though {why}")
    if gate["status"] != "open" and not why:
        blockers = [f"{each['target']} {each['caller'] or ''} {each['reason']}" for each in gate["blockers"]]
        judgement.add(f"{scenario.name}: the gate is {gate['status']}, though all survive: {'; '.join(blockers)}")
