"""`orgtp` for lines of shell: hands its descriptors, environment and folder to the server, and ends as the fork did.

A script in a folder of the PATH starts it with the address of the server and the real program. It imports only what
an interpreter without its site packages has, so that it starts in a hundredth of a second.
"""

import json
import os
import resource
import signal
import socket
import struct
import sys
from contextlib import suppress

ADDRESS, PROGRAM = sys.argv[1:3]
READ_AT_START = tuple(sys.argv[3].split(","))
HELD = json.loads(sys.argv[4])
LIMITS = (resource.RLIMIT_FSIZE, resource.RLIMIT_AS, resource.RLIMIT_CPU)


def may_fork() -> bool:
    """Whether a fork sees what this process sees: its environment, its three descriptors, and no limits."""
    env = {name: value for name, value in os.environ.items() if name.startswith(READ_AT_START)}
    if env != HELD or any(resource.getrlimit(limit)[0] != resource.RLIM_INFINITY for limit in LIMITS):
        return False
    try:
        return all(os.fstat(descriptor) for descriptor in range(3))
    except OSError:
        return False


def main() -> None:
    """Run the command in a fork, and end as it ends."""
    words = [PROGRAM, *sys.argv[5:]]
    if not may_fork():
        os.execv(PROGRAM, words)  # noqa: S606
    umask = os.umask(0)
    asked = {"words": words, "env": dict(os.environ), "folder": os.getcwd(), "umask": umask, "seconds": 0}  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as server:
        call, theirs = socket.socketpair()
        server.connect(ADDRESS)
        socket.send_fds(server, [b"."], [0, 1, 2, theirs.fileno()])
    theirs.close()
    call.sendall(json.dumps(asked).encode())
    call.shutdown(socket.SHUT_WR)
    pid = struct.unpack("!i", call.recv(4, socket.MSG_WAITALL))[0]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda sent, _: os.kill(pid, sent))
    status = os.waitstatus_to_exitcode(struct.unpack("!idq", call.recv(20, socket.MSG_WAITALL))[0])
    if status < 0:
        with suppress(OSError):  # SIGKILL has no handler
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


main()
