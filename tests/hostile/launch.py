"""Run a command with a limit on its time, and write down what it took: a process begins as large as its parent."""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

report, seconds, *command = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
process = os.posix_spawn(command[0], command, os.environ)
_, status, used = os.wait4(process, 0)
took = {"seconds": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024}
Path(report).write_text(json.dumps({"code": os.waitstatus_to_exitcode(status), **took}), encoding="utf-8")
