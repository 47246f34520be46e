"""The pool: processes that share work end with whoever started them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

DRIVER = """
import os, sys, time
from sp_abm.pool import for_each

def work(item):
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    list(for_each(work, [1, 2], 2))
"""


def is_alive(pid: int) -> bool:
    """Say whether a process is there, one that is dead and only waits to be asked after apart."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="workers are looked for in /proc")
def test_no_worker_outlives_the_process_that_started_it_however_that_ended(tmp_path):
    script = tmp_path / "driver.py"
    script.write_text(DRIVER, "utf-8")
    driver = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    workers = [int(driver.stdout.readline()) for _ in range(2)]
    assert all(map(is_alive, workers)) and driver.pid not in workers
    driver.kill()
    driver.wait()
    driver.stdout.close()
    until = time.monotonic() + 30
    while any(map(is_alive, workers)) and time.monotonic() < until:
        time.sleep(0.1)
    left = [pid for pid in workers if is_alive(pid)]
    for pid in left:
        os.kill(pid, 9)
    assert left == []
