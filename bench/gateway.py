#!/usr/bin/env python3
"""What a connected device costs: memory, CPU for a keepalive and its answer, logins a second, time to answer.

Starts ovc on one core and `dapctl load devices` on another, then does the same with mosquitto (MQTT over WebSocket) and
nats-server (NATS over WebSocket), where these are installed. Writes bench/out/gateway.json and prints a table.

    bench/gateway.py [--devices 17500] [--duration 60] [--keepalive 10] [--rounds 1] [--shared] [--only ovc,mosquitto,nats]
    bench/gateway.py --tap 16 [...]     # ovc alone, and ovc while 16 people look at the messages of a device each

Binaries: $OVC and $DAPCTL, else target/release (built if need be).
"""

import argparse
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER_CORE, LOAD_CORE = 0, 1
ADMIN_PASSWORD = "bench-only-password"
AIMS = [
    # figure, aim, "most" or "least", unit, name
    ("pss_bytes_per_device", 2048, "most", "B", "memory a device"),
    ("cpu_us_per_answer", 25, "most", "µs", "CPU a keepalive and answer"),
    ("logins_per_s", 20000, "least", "/s", "logins"),
    ("answer_p99_ms", 1, "most", "ms", "answer p99"),
]


def main():
    args = parse_args()
    binaries = {"ovc": binary("OVC", "ovc"), "dapctl": binary("DAPCTL", "dapctl")}
    build_missing(binaries)
    result = {
        "devices": args.devices,
        "keepalive_s": args.keepalive,
        "steady_s": args.duration,
        "shared": args.shared,
        "cores": {"server": SERVER_CORE, "load": LOAD_CORE},
        "load_average_before": os.getloadavg(),
        "servers": {},
    }
    servers = {"ovc": Ovc(binaries), "ovc-tapped": Tapped(binaries, args.tap), "mosquitto": Mosquitto(), "nats": Nats()}
    wanted = "ovc,ovc-tapped" if args.tap else args.only
    # In turns, so that what else the machine does hits all of them.
    rounds = {name: [] for name in wanted.split(",")}
    for name in [name for _ in range(args.rounds) for name in rounds]:
        server = servers[name]
        if missing := server.missing():
            print(f"{name}: skipped, {missing} is not installed", file=sys.stderr)
            continue
        rounds[name].append(measure(name, server, binaries["dapctl"], args))
    for name, measured in rounds.items():
        if measured:
            result["servers"][name] = {"figures": best(measured), "rounds": measured}
    result["load_average_after"] = os.getloadavg()

    out = ROOT / "bench" / "out"
    out.mkdir(parents=True, exist_ok=True)
    (out / "gateway.json").write_text(json.dumps(result, indent=2) + "\n")
    print(table(result))


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    # A process may often hold 20,000 files, and each server keeps some for itself.
    parser.add_argument("--devices", type=int, default=17_500)
    parser.add_argument("--duration", type=float, default=60)
    parser.add_argument("--keepalive", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=1, help="repeat, and take the best of each figure")
    parser.add_argument(
        "--shared",
        action="store_true",
        help="give the measured server and the load nearly all of their cores (needs root): for a machine that is not idle",
    )
    parser.add_argument("--only", default="ovc,mosquitto,nats")
    parser.add_argument(
        "--tap",
        type=int,
        default=0,
        metavar="PEOPLE",
        help="measure ovc with nobody and with so many looking at a device's messages, every second of whom reads nothing",
    )
    return parser.parse_args()


def binary(variable, name):
    return Path(os.environ.get(variable, ROOT / "target" / "release" / name)).resolve()


def build_missing(binaries):
    packages = [name for name, path in binaries.items() if not path.exists()]
    if packages:
        flags = [flag for package in packages for flag in ("-p", package)]
        subprocess.run(["cargo", "build", "--release", *flags], cwd=ROOT, check=True)


def measure(name, server, dapctl, args):
    with tempfile.TemporaryDirectory(prefix="bench-gateway-") as directory:
        directory = Path(directory)
        server.prepare(directory, args.devices)
        process = server.start(directory)
        try:
            wait_for_port(server.port, process)
            time.sleep(1)  # What it does at the start is not part of a device's cost.
            if args.shared:
                before_all_else(process.pid)
            print(f"== {name}", file=sys.stderr)
            server.look(directory)
            run = lambda keepalive, duration: load(server, process, dapctl, directory, args, keepalive, duration)
            # The second one shows what a keepalive costs where the server does not have to wake up for each.
            return {"usual": run(args.keepalive, args.duration), "busy": run(args.keepalive / 5, args.duration / 2)}
        finally:
            stop(process)


def load(server, process, dapctl, directory, args, keepalive, duration):
    report = directory / "report.json"
    subprocess.run(
        on_core(LOAD_CORE, dapctl, "load", "devices", "--url", server.url(), "--protocol", server.protocol)
        + ["--devices", str(args.devices), "--duration-s", str(duration), "--keepalive-s", str(keepalive)]
        + ["--server-pid", str(process.pid), "--json", str(report), *server.load_options(directory)],
        check=True,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: (raise_file_limit(), before_all_else(os.getpid()) if args.shared else None),
    )
    return json.loads(report.read_text())


def on_core(core, *command):
    return ["taskset", "-c", str(core), *map(str, command)]


def raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def before_all_else(process):
    """Puts a process before all that runs on its core, by real-time priorities (sched(7)).

    A thread that wakes up then does not go before one of its own process that computes, as it would otherwise. So
    ovc's database threads, which nobody waits for, come second.
    """
    for thread in os.listdir(f"/proc/{process}/task"):
        name = Path(f"/proc/{process}/task/{thread}/comm").read_text()
        priority = 1 if name.startswith("sqlx") else 2
        os.sched_setscheduler(int(thread), os.SCHED_RR, os.sched_param(priority))


def start(command, log, **environment):
    with open(log, "ab") as out:
        return subprocess.Popen(
            command,
            stdout=out,
            stderr=out,
            env={**os.environ, **environment},
            preexec_fn=raise_file_limit,
        )


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for_port(port, process):
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("the server does not listen")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Ovc:
    protocol = "dap"

    def __init__(self, binaries):
        self.binaries = binaries
        self.port = free_port()

    def missing(self):
        return None

    def prepare(self, directory, devices):
        """Creates the devices, then stops, so that the measured process begins with a clean heap."""
        process = self.start(directory)
        try:
            wait_for_port(self.port, process)
            wait_until_ready(f"http://127.0.0.1:{self.port}/readyz")
            subprocess.run(
                [self.binaries["dapctl"], "provision", "--url", f"http://127.0.0.1:{self.port}"]
                + ["--password-env", "BENCH_PASSWORD", "--count", str(devices), "--out", directory / "codes"],
                check=True,
                env={**os.environ, "BENCH_PASSWORD": ADMIN_PASSWORD},
            )
        finally:
            stop(process)

    def start(self, directory):
        command = [self.binaries["ovc"], "serve", "--data-dir", directory / "data"]
        command += ["--http", f"127.0.0.1:{self.port}", "--rtmp", f"127.0.0.1:{free_port()}"]
        # All files for devices but a few, and devices are created as fast as can be.
        limits = {"OVC_GATEWAY_MAX_DEVICES": "17800", "OVC_LIMITS_REQUESTS_PER_SECOND": "0"}
        environment = {"OVC_ADMIN_PASSWORD": ADMIN_PASSWORD, **limits}
        return start(on_core(SERVER_CORE, *command), directory / "log", **environment)

    def url(self):
        return f"ws://127.0.0.1:{self.port}/ovc"

    def load_options(self, directory):
        return ["--codes", str(directory / "codes")]

    def look(self, directory):
        """Nobody looks at what passes."""


class Tapped(Ovc):
    """The same while people look at the messages of a device each. Every second one reads nothing: he must slow nobody."""

    def __init__(self, binaries, people):
        super().__init__(binaries)
        self.people = people

    def look(self, directory):
        wait_until_ready(f"http://127.0.0.1:{self.port}/readyz")
        login = json.dumps({"username": "admin", "password": ADMIN_PASSWORD}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/login", login)
        request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request) as answer:
            token = json.load(answer)["token"]
        with open(directory / "codes") as codes:
            watched = [line.replace(",", " ").split()[0] for line, _ in zip(codes, range(self.people))]
        sockets = [watch(self.port, code, token) for code in watched]
        # Kept until the server ends: a socket that is forgotten is closed.
        self.sockets = sockets
        threading.Thread(target=read_half, args=(sockets,), daemon=True).start()


def watch(port, code, token):
    """A WebSocket on which a device's messages are told."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(
        f"GET /api/v1/devices/{code}/protocol HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    head = connection.recv(4096)
    if b" 101 " not in head.split(b"\r\n")[0]:
        sys.exit(f"cannot look at {code}: {head[:200]}")
    return connection


def read_half(sockets):
    """Reads whatever comes from every second one, and says on all now and then that somebody is there (a pong)."""
    selector = selectors.DefaultSelector()
    for connection in sockets[::2]:
        selector.register(connection, selectors.EVENT_READ)
    said = time.monotonic()
    while selector.get_map():
        for key, _ in selector.select(timeout=1):
            if not received(key.fileobj):
                selector.unregister(key.fileobj)
        if time.monotonic() - said > 10:
            said = time.monotonic()
            for connection in sockets:
                try:
                    connection.send(b"\x8a\x80\0\0\0\0", socket.MSG_DONTWAIT)
                except OSError:
                    pass  # It was closed: the run is over, or it was given up for reading nothing.


def received(connection):
    try:
        return connection.recv(1 << 16)
    except OSError:
        return b""


def wait_until_ready(url):
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{url} does not get ready")


class Peer:
    """A server of others, with anonymous clients."""

    def __init__(self):
        self.port = free_port()

    def missing(self):
        path = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"
        return None if shutil.which(self.program, path=path) else self.program

    def prepare(self, directory, devices):
        (directory / "config").write_text(self.config())

    def start(self, directory):
        path = shutil.which(self.program, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        return start(on_core(SERVER_CORE, path, "-c", directory / "config"), directory / "log")

    def url(self):
        return f"ws://127.0.0.1:{self.port}"

    def load_options(self, directory):
        return []

    def look(self, directory):
        """There is nothing to look with."""


class Mosquitto(Peer):
    protocol, program = "mqtt", "mosquitto"

    def config(self):
        # Version 2.0.11 exits if all its listeners are WebSocket, so it gets another.
        return (
            f"listener {free_port()} 127.0.0.1\nlistener {self.port} 127.0.0.1\nprotocol websockets\n"
            "allow_anonymous true\npersistence false\nlog_type error\nset_tcp_nodelay true\n"
        )


class Nats(Peer):
    protocol, program = "nats", "nats-server"

    def config(self):
        return (
            f'listen: "127.0.0.1:{free_port()}"\nmax_connections: 65536\n'
            f'websocket {{ listen: "127.0.0.1:{self.port}", no_tls: true, compression: false }}\n'
        )


def figures(reports):
    report, busy = reports["usual"], reports["busy"]
    steady, server = report["steady"], report["server"] or {}
    return {
        "connected": steady["connected_at_end"],
        "pss_bytes_per_device": server.get("pss_bytes_per_device"),
        "rss_bytes_per_device": server.get("rss_bytes_per_device"),
        "cpu_us_per_answer": server.get("cpu_us_per_answer"),
        "user_cpu_us_per_answer": server.get("user_cpu_us_per_answer"),
        "busy_answers_per_s": busy["steady"]["answers_per_s"],
        "busy_cpu_us_per_answer": (busy["server"] or {}).get("cpu_us_per_answer"),
        "busy_answer_p99_ms": busy["steady"]["answer"]["p99_ms"],
        "cpu_us_per_login": server.get("cpu_us_per_login"),
        "logins_per_s": report["ramp"]["logins_per_s"],
        "login_p99_ms": report["ramp"]["login"]["p99_ms"],
        "answers_per_s": steady["answers_per_s"],
        "answer_p50_ms": steady["answer"]["p50_ms"],
        "answer_p99_ms": steady["answer"]["p99_ms"],
        "answer_max_ms": steady["answer"]["max_ms"],
        "loader_lag_p99_ms": steady["loader_lag"]["p99_ms"],
        "errors": sum(report["errors"].values()) + sum(busy["errors"].values()),
    }


def best(rounds):
    every = [figures(report) for report in rounds]
    most = {"connected", "logins_per_s", "answers_per_s", "busy_answers_per_s"}
    pick = {key: max if key in most else min for key in every[0]}
    return {key: pick[key](one[key] or 0 for one in every) for key in every[0]}


def table(result):
    names = list(result["servers"])
    rows = [["", "aim", *names]]
    for key, aim, sense, unit, name in AIMS:
        sign = "≤" if sense == "most" else "≥"
        rows.append([name, f"{sign} {aim:,} {unit}", *(cell(result, server, key, unit) for server in names)])
    for key, unit, name in [
        ("connected", "", "devices connected"),
        ("user_cpu_us_per_answer", "µs", "  of the CPU in user space"),
        ("answers_per_s", "/s", "  at so many"),
        ("busy_cpu_us_per_answer", "µs", "  five times as busy"),
        ("busy_answers_per_s", "/s", "  at so many"),
        ("busy_answer_p99_ms", "ms", "answer p99, five times as busy"),
        ("cpu_us_per_login", "µs", "CPU a login"),
        ("login_p99_ms", "ms", "login p99"),
        ("answer_p50_ms", "ms", "answer p50"),
        ("answer_max_ms", "ms", "answer max"),
        ("loader_lag_p99_ms", "ms", "the load's own lag p99"),
        ("errors", "", "errors"),
    ]:
        rows.append([name, "", *(cell(result, server, key, unit) for server in names)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows)


def cell(result, server, key, unit):
    value = result["servers"][server]["figures"][key]
    digits = 2 if unit == "ms" else 1 if unit == "µs" else 0
    return f"{value:,.{digits}f} {unit}".strip()


if __name__ == "__main__":
    main()
