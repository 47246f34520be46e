"""Again: how to make the same run without the page: as a scenario file, as a command, and in Python."""

import json
import shlex

from sp_abm.levers import shown
from sp_abm.scenario import WARM_UP, Timeline, load
from sp_abm.viz.asked import BASELINE, Asked


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
    lines += _section("levers", [f"{lever} = {_written(lever, steps)}" for lever, steps in asked.levers])
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
    command = ["sp-abm", "run" if pairs == 1 else "compare"]
    is_plain = all(len(steps) == 1 and steps[0][0] == 0 for _, steps in asked.levers)
    needs_file = not is_plain or bool(asked.start or asked.warm_up) or pairs > 1
    arm = f"{file_name(asked)}.toml" if needs_file and asked.is_changed else asked.scenario
    command += [arm] if pairs == 1 else [BASELINE, arm]
    command += ["--place", asked.place, "--years", str(asked.years)]
    command += ["--seed", str(asked.seed)] if pairs == 1 else ["--seeds", str(pairs)]
    if arm == asked.scenario:
        command += _options(asked)
    return shlex.join(command)


def _options(asked: Asked) -> list[str]:
    """Return the options that say what is changed in a scenario, each lever at its first value."""
    options: list[str] = []
    for lever, steps in asked.levers:
        options += ["--set", f"{lever}={_plain(shown(lever, steps[0][1]))}"]
    for name, value in asked.parameters:
        options += ["--set", f"{name}={value!r}"]
    for link, how in asked.cut:
        options += ["--cut", link if isinstance(how, str) else f"{link}={how!r}"]
    return options


def as_python(asked: Asked, pairs: int = 1) -> str:
    """Return the lines of Python of the same run, or of the same pairs."""
    arguments = [f"place={asked.place!r}", f"years={asked.years}"]
    levers = {lever: _value(lever, steps) for lever, steps in asked.levers}
    if pairs == 1:
        arguments.insert(1, f"seed={asked.seed}")
        arguments += [f"parameters={dict(asked.parameters)!r}"] if asked.parameters else []
        arguments += [f"cut={dict(asked.cut)!r}"] if asked.cut else []
        arguments += [f"{lever}={value!r}" for lever, value in levers.items()]
        lines = ["from sp_abm import simulate", "", f"results = simulate({_listed(asked.scenario, arguments)})"]
        return "\n".join([*lines, "results.summary", ""])
    seeds = f"seeds=range({asked.seed}, {asked.seed + pairs})"
    plan = f"load({asked.scenario!r})"
    changes = {**levers, **dict(asked.parameters)}
    plan += f".with_changes({changes!r})" if changes else ""
    plan += f".with_cut({dict(asked.cut)!r})" if asked.cut else ""
    name = asked.resolved().name
    lines = [
        "from dataclasses import replace",
        "",
        "from sp_abm import compare",
        "from sp_abm.scenario import load",
        "",
    ]
    lines += [f"plan = replace({plan}, name={name!r})"]
    lines += [f"compare([{BASELINE!r}, plan], {', '.join([arguments[0], seeds, arguments[1]])}).differences()", ""]
    return "\n".join(lines)


def _listed(scenario: str, arguments: list[str]) -> str:
    return ", ".join([repr(scenario), *arguments])


def _section(name: str, lines: list[str]) -> list[str]:
    return ["", f"[{name}]", *lines] if lines else []


def _written(lever: str, steps: Timeline) -> str:
    if len(steps) == 1 and steps[0][0] == 0:
        return _toml(shown(lever, steps[0][1]))
    return "[" + ", ".join(f"{{from = {week}, value = {_toml(shown(lever, value))}}}" for week, value in steps) + "]"


def _value(lever: str, steps: Timeline) -> object:
    if len(steps) == 1 and steps[0][0] == 0:
        return shown(lever, steps[0][1])
    return [{"from": week, "value": shown(lever, value)} for week, value in steps]


def _toml(value: float | str) -> str:
    return _quoted(value) if isinstance(value, str) else repr(value)


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """Return a text as TOML writes it: JSON's way, which TOML reads too."""
    return json.dumps(text, ensure_ascii=False)
