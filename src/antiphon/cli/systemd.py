"""`antiphon systemd`: prints units for systemd, fit for this installation; installs nothing."""

import argparse
import os
import sys
from pathlib import Path

from antiphon.config.env import Environment, current

_PARTS = {
    "up": "everything on one machine: database if embedded, web, worker",
    "web": "pages, API and webhooks",
    "worker": "jobs",
}
_SPARE_SECONDS = 30

_UNIT = """\
# Made by `antiphon systemd {part}`. Settings: {settings}
[Unit]
Description=Antiphon: {what}
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart="{program}" {part}
EnvironmentFile=-{settings}
Environment=ANTIPHON_HOME={home}
User={user}
Restart=always
RestartSec=2
# The supervisor stops its parts in order; each has ANTIPHON_STOP_SECONDS ({stop}), the embedded database some time more.
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec={timeout}
# Crash recovery of a database may take minutes: a start is never cut short.
TimeoutStartSec=infinity
LimitNOFILE=32768
MemoryMax={memory}
TasksMax=4096
OOMPolicy=continue
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={home}
PrivateTmp=yes
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
UMask=0077
RuntimeDirectory=antiphon-{part}
RuntimeDirectoryMode=0700
Environment=XDG_RUNTIME_DIR=/run/antiphon-{part}

[Install]
WantedBy=multi-user.target
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("part", choices=sorted(_PARTS), help="what the unit runs: up on one machine, else web and worker")
    parser.add_argument("--user", default="antiphon", metavar="NAME", help="the account that runs it (antiphon); never root")
    parser.add_argument("--memory", default="2G", metavar="SIZE", help="the unit's MemoryMax (2G)")
    parser.add_argument("--settings", default="/etc/antiphon.env", metavar="FILE", help="file of settings (/etc/antiphon.env)")
    parser.epilog = (
        "antiphon systemd up > /etc/systemd/system/antiphon.service, then systemctl daemon-reload, systemctl enable --now antiphon."
    )


def run(options: argparse.Namespace) -> int:
    """Print the unit."""
    print(unit(current(), options.part, user=options.user, memory=options.memory, settings=options.settings), end="")
    return 0


def unit(environment: Environment, part: str, *, user: str, memory: str, settings: str) -> str:
    """Return the unit of a part. Its stop may take what its parts may take, one stage after the other, and some time more."""
    stages = 2 if part == "up" else 1
    return _UNIT.format(
        part=part,
        what=_PARTS[part],
        program=Path(sys.executable).with_name("antiphon") if os.sep in sys.executable else "antiphon",
        settings=settings,
        home=environment.home,
        user=user,
        stop=environment.stop_seconds,
        timeout=stages * environment.stop_seconds + _SPARE_SECONDS,
        memory=memory,
    )
