"""The terminal: examples that work as printed, a narrow window, progress, odd letters, a full disk, Ctrl-C."""

import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sp_abm import cli
from sp_abm.cli import main, progress
from sp_abm.cli.catalogue import OWN_PLACE, OWN_SCENARIO
from sp_abm.parameters import all_facts
from sp_abm.scenario import LEVERS

COMMANDS = ("run", "compare", "dashboard", "demo", "places", "scenarios", "measures", "levers", "parameters")
NARROW = 80
MODULE = (sys.executable, "-m", "sp_abm")


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command in a narrow window, and return its exit code and what it printed."""
    monkeypatch.setenv("COLUMNS", str(NARROW))

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(end.value.code or 0), said.out if end.value.code in (0, 130) else said.err

    return run


def stop(*arguments: Any, **options: Any) -> None:
    raise KeyboardInterrupt


def commands_in(words: str) -> list[str]:
    """Return every command line `sp-abm ...` that stands on a line of its own, without its comment."""
    return [found.split("#")[0].strip() for found in re.findall(r"^ *sp-abm (.*)$", words, re.MULTILINE)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_works_as_it_is_printed(
    printed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    code, help_page = printed(command, "--help")
    examples = commands_in(help_page.split("Examples:")[1])
    assert code == 0 and len(examples) >= 2
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-scenario.toml").write_text(OWN_SCENARIO, "utf-8")
    (tmp_path / "my-town.toml").write_text(OWN_PLACE, "utf-8")
    monkeypatch.setattr("sp_abm.run.simulate", stop)
    monkeypatch.setattr("sp_abm.comparison.compare", stop)
    monkeypatch.setitem(sys.modules, "sp_abm.viz.server", SimpleNamespace(serve=stop))
    for example in examples:
        code, words = printed(*shlex.split(example))
        runs = command in ("run", "compare", "demo", "dashboard")
        assert code == (130 if runs else 0), f"sp-abm {example}: {words}"


def test_the_readme_shows_no_command_that_does_not_exist(printed: Any) -> None:
    readme = Path(__file__).parents[1] / "README.md"
    shown = commands_in(readme.read_text("utf-8"))
    assert len(shown) >= 5
    for example in shown:
        options = [word for word in shlex.split(example) if word.startswith("--")]
        code, help_page = printed(shlex.split(example)[0], "--help")
        assert code == 0 and all(option in help_page for option in options), example


@pytest.mark.parametrize("command", ["places", "scenarios", "measures", "levers", "parameters"])
def test_names_are_whole_in_a_narrow_window(printed: Any, command: str) -> None:
    _, words = printed(command)
    assert max(map(len, words.splitlines())) <= NARROW
    names = {"levers": LEVERS, "parameters": [full.partition(".")[2] for full, _, _ in all_facts()]}
    assert all(name in words for name in names.get(command, ()))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [("measures",), ("levers", "--json"), ("--help",), ()])
def test_a_full_disk_is_one_line(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*MODULE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["Error: the output cannot be used: No space left on device."]


def test_a_terminal_without_a_letter_shows_a_question_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "Łódź"\nbase = "today"\n[levers]\nsupport_level = 7', "utf-8")
    town = tmp_path / "Łódź.toml"
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = subprocess.run([*MODULE, "run", str(mine), "--place", str(town)], capture_output=True, text=True)
    assert done.returncode == 2 and "upper bound of 1" in done.stderr
    mine.write_text('name = "Łódź"\nbase = "today"', "utf-8")
    done = subprocess.run([*MODULE, "run", str(mine), "--place", str(town)], capture_output=True, text=True)
    assert done.returncode == 2 and "?.toml cannot be read as a place" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are other ones there")
@pytest.mark.parametrize("arguments", [("run", "today", "--years", "50"), ("dashboard", "--port")])
def test_ctrl_c_in_the_middle_ends_soon_and_without_a_traceback(arguments: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    asked = [*MODULE, *arguments, *([str(port)] if arguments[-1] == "--port" else [])]
    running = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    running.send_signal(signal.SIGINT)
    try:
        _, said = running.communicate(timeout=20)
    finally:
        running.kill()
    assert running.returncode in (0, 130), said
    assert "Traceback" not in said


def test_ctrl_c_that_is_lost_where_python_cannot_raise_comes_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Callback:
        def __del__(self) -> None:
            raise KeyboardInterrupt

    def busy(*_: Any, **__: Any) -> None:
        Callback()
        for _ in range(1000):
            time.sleep(0.01)

    monkeypatch.setattr(cli, "app", busy)
    hook = sys.unraisablehook
    with pytest.raises(SystemExit) as end:
        main([])
    assert end.value.code == 130 and "Stopped." in capsys.readouterr().err
    assert sys.unraisablehook is hook


def test_what_else_cannot_be_raised_is_told_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ZeroDivisionError

    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: told.append(lost.exc_type))
    monkeypatch.setattr(cli, "app", lambda *_, **__: Broken() and None)
    with pytest.raises(SystemExit):
        main([])
    assert told == [ZeroDivisionError]


def test_compiling_is_announced_only_before_the_first_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    progress.announce_compiling()
    assert "first time only" in capsys.readouterr().err
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "rule.nbi").touch()
    progress.announce_compiling()
    assert capsys.readouterr().err == ""


def test_progress_off_a_terminal_is_plain_lines_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    with progress.Meter() as meter:
        meter.weeks("warming up", 1, 3)
        meter.weeks("warming up", 2, 3)
        meter.weeks("warming up", 3, 3)
        meter.seeds(1, 3)
    said = capsys.readouterr()
    assert said.out == ""
    first, *others = said.err.splitlines()
    assert first == "warming up: 1 of 3 weeks"  # one week tells no rate
    assert [line.split(":")[0] for line in others] == ["warming up", "comparing"]
    assert all("left" in line for line in others)


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [
        (100, 300, 10.0, "10 weeks a second, about 20 s left"),
        (2, 10, 60.0, "30 s a week, about 4 min left"),
        (1, 10, 3600.0, "60 min a week, about 9.0 h left"),
    ],
)
def test_pace_is_a_rate_and_the_time_left(done: int, total: int, seconds: float, words: str) -> None:
    assert progress.pace(done, total, seconds, "week") == words
