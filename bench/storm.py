#!/usr/bin/env python3
"""A reconnect storm and a guesser: who is there already must not notice.

Starts ovc on one core and the load on another. 1,000 devices keep alive; then 16,000 others log in at 2,000 a second,
drop, and log in again; then one address tries 10,000 wrong passwords while a device at another address logs in again
and again. Tells how many of the 1,000 were ever called offline (none may be), how fast logins were, and what the guesser
got. Writes bench/out/storm.json; exits with 1 if a promise is broken.

    bench/storm.py [--steady 1000] [--storm 16000] [--rate 2000] [--guesses 10000]

Binaries: $OVC and $DAPCTL, else target/release (built if need be).
"""

import argparse
import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import gateway
from gateway import ADMIN_PASSWORD, LOAD_CORE, ROOT, Ovc, on_core, raise_file_limit, stop

GUESSER, NEIGHBOUR = "127.0.0.99", "127.0.0.98"
GUESSER_THREADS = 8


def main():
    args = parse_args()
    binaries = {"ovc": gateway.binary("OVC", "ovc"), "dapctl": gateway.binary("DAPCTL", "dapctl")}
    gateway.build_missing(binaries)
    with tempfile.TemporaryDirectory(prefix="bench-storm-") as directory:
        result = run(args, binaries, Path(directory))
    out = ROOT / "bench" / "out"
    out.mkdir(parents=True, exist_ok=True)
    (out / "storm.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
    sys.exit(0 if result["kept"] else 1)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steady", type=int, default=1_000)
    parser.add_argument("--storm", type=int, default=16_000)
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--guesses", type=int, default=10_000)
    return parser.parse_args()


def run(args, binaries, directory):
    server = Ovc(binaries)
    server.prepare(directory, args.steady + args.storm)
    codes = (directory / "codes").read_text().splitlines(keepends=True)
    (directory / "steady").write_text("".join(codes[: args.steady]))
    (directory / "stormers").write_text("".join(codes[args.steady :]))
    steady_codes = {line.split()[0] for line in codes[: args.steady]}
    process = server.start(directory)
    try:
        gateway.wait_for_port(server.port, process)
        gateway.wait_until_ready(f"http://127.0.0.1:{server.port}/readyz")
        follower = Follower(server.port, steady_codes, directory)
        steady = load(binaries, server, directory / "steady", args.steady, directory / "steady.json", 0, 600)
        follower.wait_online(args.steady)
        rounds = []
        for number in (1, 2):
            report = directory / f"storm-{number}.json"
            storm = load(binaries, server, directory / "stormers", args.storm, report, args.rate, 1)
            if storm.wait() != 0:
                sys.exit(f"the load ended with {storm.returncode}")
            rounds.append(json.loads(report.read_text()))
        guesses = guess(server.port, args.guesses, codes[0].split()[0], codes[-1].split())
        # Longer than a device may be silent, so that whoever was missed in the storm is called offline by now.
        follower.watch(40)
        steady_alive = steady.poll() is None
        steady.terminate()
        steady.wait()
    finally:
        stop(process)
    result = {
        "steady_devices": args.steady,
        "false_offline": follower.offline,
        "steady_load_alive": steady_alive,
        "storms": [storm["ramp"] for storm in rounds],
        "guesser": guesses,
    }
    logged_in = all(storm["ramp"]["logins"] == args.storm for storm in rounds)
    result["kept"] = bool(
        not follower.offline
        and steady_alive
        and logged_in
        and guesses["others_refused"] == 0
        and guesses["answers"].get("101", 0) == 0
        and guesses["answers"].get("429", 0) > guesses["answers"].get("401", 0)
    )
    return result


def load(binaries, server, codes, devices, report, rate, duration):
    command = [binaries["dapctl"], "load", "devices", "--url", server.url(), "--codes", codes]
    command += ["--devices", devices, "--ramp-per-s", rate, "--keepalive-s", 10, "--settle-s", 0]
    command += ["--duration-s", duration, "--json", report]
    log = open(f"{report}.log", "w")
    return subprocess.Popen(
        on_core(LOAD_CORE, *command), stdout=subprocess.DEVNULL, stderr=log, preexec_fn=raise_file_limit
    )


class Follower:
    """Follows the events as a console does, and notes which of the devices are called offline."""

    def __init__(self, port, codes, directory):
        self.codes, self.online, self.offline, self.directory = codes, set(), [], directory
        self.changed = threading.Condition()
        api = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        login = json.dumps({"username": "admin", "password": ADMIN_PASSWORD})
        api.request("POST", "/api/v1/login", login, {"content-type": "application/json"})
        self.token = json.loads(api.getresponse().read())["token"]
        self.port = port
        self.open()
        threading.Thread(target=self.read, daemon=True).start()

    def open(self):
        feed = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        feed.request("GET", "/api/v1/events", headers={"authorization": f"Bearer {self.token}"})
        self.feed = feed.getresponse()

    def read(self):
        kind = ""
        for line in self.feed:
            line = line.decode().strip()
            if line.startswith("event:"):
                kind = line[6:].strip()
                if kind == "resync":
                    self.look()
            elif line.startswith("data:") and kind == "presence":
                self.take(json.loads(line[5:]))

    def look(self):
        """Something was missed: the present state tells as well who is offline."""
        for page in range(1, 1 + (len(self.codes) + 499) // 500):
            api = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            path = f"/api/v1/devices?presence=online&page_size=500&page={page}"
            api.request("GET", path, headers={"authorization": f"Bearer {self.token}"})
            for device in json.loads(api.getresponse().read())["items"]:
                self.take(device)

    def take(self, said):
        code = said["login_code"]
        if code not in self.codes:
            return
        with self.changed:
            if said["presence"] == "online":
                self.online.add(code)
            else:
                self.offline.append(code)
            self.changed.notify_all()

    def wait_online(self, count):
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.online) >= count, 60):
                tail = (self.directory / "steady.json.log").read_text()[-600:]
                sys.exit(f"only {len(self.online)} of {count} devices came online; the load says:\n{tail}")

    def watch(self, seconds):
        with self.changed:
            self.changed.wait_for(lambda: self.offline, seconds)


def guess(port, guesses, victim, good):
    """Tries wrong passwords from one address; a device at another logs in meanwhile."""
    answers, lock, left = Counter(), threading.Lock(), iter(range(guesses))
    done, others, took = threading.Event(), Counter(), []

    def attack():
        while True:
            with lock:
                number = next(left, None)
            if number is None:
                return
            status = log_in(port, GUESSER, victim, f"wrong-password-{number:012}")
            with lock:
                answers[status] += 1

    def neighbour():
        while not done.wait(0.05):
            begun = time.monotonic()
            others[log_in(port, NEIGHBOUR, *good)] += 1
            took.append(time.monotonic() - begun)

    witness = threading.Thread(target=neighbour)
    witness.start()
    begun = time.monotonic()
    attackers = [threading.Thread(target=attack) for _ in range(GUESSER_THREADS)]
    for thread in attackers:
        thread.start()
    for thread in attackers:
        thread.join()
    seconds = time.monotonic() - begun
    done.set()
    witness.join()
    # The device whose password was tried is let in too, from where it lives.
    return {
        "guesses": guesses,
        "seconds": round(seconds, 1),
        "answers": dict(answers),
        "others_let_in": others["101"],
        "others_refused": sum(others.values()) - others["101"],
        "others_login_max_ms": round(max(took, default=0) * 1000, 1),
    }


def log_in(port, source, code, passwd):
    key = base64.b64encode(os.urandom(16)).decode()
    with socket.create_connection(("127.0.0.1", port), 10, (source, 0)) as stream:
        stream.sendall(
            f"GET /ovc?login_code={code}&login_passwd={passwd} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        return stream.recv(64).decode(errors="replace").split(" ")[1]


if __name__ == "__main__":
    main()
