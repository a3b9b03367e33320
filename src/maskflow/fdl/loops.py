"""Functions that trigger themselves, or each other in a circle, for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from maskflow.errors import Place
from maskflow.model import Function, Workflow

from .overlap import Feeds, feeds
from .problems import Report


class Edge(NamedTuple):
    """An output of one function that triggers another, by their positions in the workflow."""

    target: int
    surely: bool
    place: Place


Graph = Mapping[int, list[Edge]]


def check_loops(workflow: Workflow, report: Report) -> None:
    """Say every circle once: those that turn whatever is written, then those that turn for some names."""
    functions = workflow.functions
    graph = {number: _edges(function, functions) for number, function in enumerate(functions)}
    sure = {number: [edge for edge in edges if edge.surely] for number, edges in graph.items()}
    said: set[int] = set()
    for edges, surely in ((sure, True), (graph, False)):
        for start in edges:
            if start in said or not (circle := _circle(start, edges)):
                continue
            said.update(circle)
            _say(circle, edges, functions, report, surely=surely)


def _edges(function: Function, functions: tuple[Function, ...]) -> list[Edge]:
    found = (
        (target, feeds(output, trigger), output.place)
        for output in function.outputs
        for target, other in enumerate(functions)
        for trigger in other.inputs
    )
    return [Edge(target, how is Feeds.SURELY, place) for target, how, place in found if how is not Feeds.NEVER]


def _circle(start: int, graph: Graph) -> list[int]:
    """The shortest way from a function back to itself, beginning with it; empty when there is none."""
    came_from: dict[int, int] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for edge in graph[here]:
            if edge.target == start:
                return _way_back(here, start, came_from)
            if edge.target not in came_from:
                came_from[edge.target] = here
                queue.append(edge.target)
    return []


def _way_back(here: int, start: int, came_from: Mapping[int, int]) -> list[int]:
    way = [here]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


def _say(circle: list[int], graph: Graph, functions: tuple[Function, ...], report: Report, *, surely: bool) -> None:
    target = circle[1] if len(circle) > 1 else circle[0]
    place = next(edge.place for edge in graph[circle[0]] if edge.target == target)
    names = [functions[number].name for number in circle]
    hint = "write outputs to a bucket or folder outside of every input on their way"
    if not surely:
        hint = f"{hint}, or set apart with 'suffix' what is written and what triggers"
        what = "may trigger itself" if len(names) == 1 else "may trigger each other in a circle"
        report.add("possible-loop", place, f"{_way(names)} {what}", hint)
    elif len(names) == 1:
        report.add("output-in-input", place, f"{names[0]} would be triggered by its own output, for ever", hint)
    else:
        report.add("loop", place, f"{_way(names)} would trigger each other for ever", hint)


def _way(names: list[str]) -> str:
    return names[0] if len(names) == 1 else " → ".join([*names, names[0]])
