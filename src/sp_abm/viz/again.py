"""Again: how to make the same run without the page: as a scenario file, as a command, and in Python."""

import json
import shlex
from typing import Any

from sp_abm.comparison import with_set
from sp_abm.levers import shown
from sp_abm.plausible import needed_sets
from sp_abm.scenario import WARM_UP, load
from sp_abm.viz.asked import BASELINE, Asked, as_written, is_constant, plain


def file_name(asked: Asked) -> str:
    """Return a plain name for files of this scenario."""
    name = asked.resolved().name.lower()
    return "-".join("".join(sign if sign.isascii() and sign.isalnum() else " " for sign in name).split()) or "scenario"


def as_toml(asked: Asked) -> str:
    """Return the scenario as a file that `sp-abm run` takes."""
    scenario = asked.resolved()
    lines = [f"name = {_quoted(scenario.name)}", f"base = {_quoted(asked.scenario)}"]
    lines += [f"start = {scenario.start.isoformat()}"]
    if scenario.warm_up != load(asked.scenario).warm_up or scenario.warm_up != WARM_UP:
        lines += [f"warm_up = {_quoted(scenario.warm_up)}"]
    lines += _section("levers", [f"{lever} = {_toml(as_written(lever, steps))}" for lever, steps in asked.levers])
    lines += _section("parameters", [f"{_quoted(name)} = {value!r}" for name, value in asked.parameters])
    cuts = [f"{_quoted(link)} = {_quoted(how) if isinstance(how, str) else repr(how)}" for link, how in asked.cut]
    lines += _section("cut", cuts)
    return "\n".join([*lines, ""])


def as_command(asked: Asked, pairs: int = 1) -> str:
    """Return the command of the same run, or of the same pairs; what cannot be said in options is in the file.

    Pairs that do not begin with seed 1 have no command, and nothing is returned: they are made again in Python.
    """
    if pairs > 1 and asked.seed != 1:
        return ""
    arm = f"{file_name(asked)}.toml" if asked.is_changed and (pairs > 1 or _needs_file(asked)) else asked.scenario
    where = ["--place", asked.place, "--years", str(asked.years)]
    if pairs == 1:
        command, sets = ["run", arm, *where, "--seed", str(asked.seed)], _first_set(asked)
    else:
        command, sets = ["compare", BASELINE, arm, *where, "--seeds", str(pairs)], ["--plausible"] * asked.plausible
    return shlex.join(["sp-abm", *command, *(_options(asked) if arm == asked.scenario else []), *sets])


def _needs_file(asked: Asked) -> bool:
    """Say whether what is changed cannot be said in options: levers that move on the way, another start."""
    return bool(asked.start or asked.warm_up) or not all(is_constant(steps) for _, steps in asked.levers)


def _options(asked: Asked) -> list[str]:
    """Return the options that say what is changed in a scenario, each lever at its first value."""
    options: list[str] = []
    for lever, steps in asked.levers:
        options += ["--set", f"{lever}={plain(shown(lever, steps[0][1]))}"]
    for name, value in asked.parameters:
        options += ["--set", f"{name}={value!r}"]
    for link, how in asked.cut:
        options += ["--cut", link if isinstance(how, str) else f"{link}={how!r}"]
    return options


def _first_set(asked: Asked) -> list[str]:
    """Return the options that give a run the first plausible set, as the first of the pairs has it, if it has one."""
    plan = asked.resolved()
    given = with_set(plan, needed_sets() if asked.plausible else (), 0).parameters
    own = {name: value for name, value in given.items() if name not in plan.parameters}
    return [word for name, value in own.items() for word in ("--set", f"{name}={value!r}")]


def as_python(asked: Asked, pairs: int = 1) -> str:
    """Return the lines of Python of the same run, or of the same pairs."""
    where = f"place={asked.place!r}, years={asked.years}"
    if pairs == 1:
        first = "with_set(plan, plausible_sets(), 0)" if asked.plausible else "plan"
        made = [f"results = simulate({first}, seed={asked.seed}, {where})", "results.summary"]
    else:
        seeds = f"seeds=range({asked.seed}, {asked.seed + pairs})"
        where += ", plausible=True" if asked.plausible else ""
        made = [f"compare([{BASELINE!r}, plan], {seeds}, {where}).differences()"]
    plan = _plan(asked)
    lines = ["from dataclasses import replace"] if plan.startswith("plan = replace(") else []
    lines += ["from datetime import date"] if asked.start else []
    is_of_set = asked.plausible and pairs == 1
    names = ["compare"] if pairs > 1 else [*(["plausible_sets"] if is_of_set else []), "simulate"]
    lines += ["", f"from sp_abm import {', '.join(names)}"]
    lines += ["from sp_abm.comparison import with_set"] if is_of_set else []
    lines += ["from sp_abm.scenario import load"]
    return "\n".join([*lines, "", plan, *made, ""]).lstrip("\n")


def _plan(asked: Asked) -> str:
    """Return the line of Python that makes the scenario: the shipped one, and what differs from it."""
    name = asked.resolved().name
    changes = {lever: as_written(lever, steps) for lever, steps in asked.levers} | dict(asked.parameters)
    made = f"load({asked.scenario!r})"
    made += f".with_changes({changes!r})" if changes else ""
    made += f".with_cut({dict(asked.cut)!r})" if asked.cut else ""
    own = [f"name={name!r}"] if name != asked.scenario else []
    own += [f"start=date.fromisoformat({asked.start!r})"] if asked.start else []
    own += [f"warm_up={asked.warm_up!r}"] if asked.warm_up else []
    return f"plan = replace({', '.join([made, *own])})" if own else f"plan = {made}"


def _section(name: str, lines: list[str]) -> list[str]:
    return ["", f"[{name}]", *lines] if lines else []


def _toml(value: Any) -> str:
    """Return a lever's value, or its dated steps, as TOML writes them."""
    if isinstance(value, list):
        return "[" + ", ".join(f"{{from = {step['from']}, value = {_toml(step['value'])}}}" for step in value) + "]"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """Return a text as TOML writes it: JSON's way, which TOML reads too."""
    return json.dumps(text, ensure_ascii=False)
