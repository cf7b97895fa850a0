#!/usr/bin/env python3
"""What recording costs: segments taken durably against what the disk can do, latency of the calls, listing, size of the index.

Peers on the same disk, in the same run and in turns with ovc: a program that does what has to be done for a segment and
nothing else (write a file, sync it, rename it, sync its folder), and `fio`, which only writes and syncs as much.
Writes bench/out/record.json and prints a table.

    bench/record.py [--directory .] [--rounds 3] [--seconds 15] [--parallel 32] [--devices 200] [--listed 259200]

Binaries: $OVC and $DAPCTL, else target/release (built if need be).
"""

import argparse
import http.client
import json
import math
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

import gateway
from gateway import ADMIN_PASSWORD, ROOT, free_port, raise_file_limit, start, stop, wait_for_port, wait_until_ready

SEGMENT_S = 10
DAY_MS = 86_400_000
LISTED_CHANNEL = 1
AIMS = [
    # figure, aim, "most" or "least", unit, name
    ("share_of_disk", 0.7, "least", "", "bytes/s durably, of what the disk does for the same"),
    ("share_of_fio", 0.7, "least", "", "the same, of what fio does without files of their own"),
    ("timeline_day_p99_ms", 50, "most", "ms", "timeline of a day, of a month's segments, p99"),
    ("timeline_month_p99_ms", 50, "most", "ms", "timeline of a month by days, p99"),
    ("playlist_first_ms", 100, "most", "ms", "first playlist (a day)"),
]


def main():
    args = parse_args()
    binaries = {"ovc": gateway.binary("OVC", "ovc"), "dapctl": gateway.binary("DAPCTL", "dapctl")}
    gateway.build_missing(binaries)
    with tempfile.TemporaryDirectory(prefix="bench-record-", dir=args.directory) as directory:
        result = run(args, binaries, Path(directory))
    out = ROOT / "bench" / "out"
    out.mkdir(parents=True, exist_ok=True)
    (out / "record.json").write_text(json.dumps(result, indent=2) + "\n")
    print(table(result))


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--directory", default=str(ROOT), help="a folder on the disk that is measured")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15, help="of each turn")
    parser.add_argument("--parallel", type=int, default=32, help="segments at once where as many as possible are wanted")
    parser.add_argument("--bytes", type=int, default=2_500_000, help="of a segment: 10 s of 2 Mbit/s")
    parser.add_argument("--devices", type=int, default=200, help="that record in real time")
    parser.add_argument("--paced-bytes", type=int, default=625_000, help="of their segments: 10 s of 500 kbit/s")
    parser.add_argument("--paced-seconds", type=float, default=60)
    parser.add_argument("--listed", type=int, default=259_200, help="segments of one channel: 30 days")
    parser.add_argument("--calls", type=int, default=200, help="of each kind of listing")
    return parser.parse_args()


def run(args, binaries, directory):
    cloud = Cloud(binaries, directory)
    count = max(args.devices, args.parallel)
    cloud.prepare(count)
    per_segment = cloud.fill(args.listed, args.bytes, count)
    process = cloud.start()
    try:
        token = cloud.log_in()
        listing = measure_listing(cloud, token, args)
        rounds = []
        # In turns, so that what else the machine and the disk do hits all of them.
        for _ in range(args.rounds):
            turn = {"pattern": pattern(directory, args), "fio": fio(directory, args)}
            turn["ovc"] = cloud.record(args.parallel, args.bytes, 0, args.seconds)
            rounds.append(turn)
            print(f"== {json.dumps(turn)}", file=sys.stderr)
        paced = cloud.record(args.devices, args.paced_bytes, SEGMENT_S, args.paced_seconds)
    finally:
        stop(process)

    def middle(name, figure="bytes_per_s"):
        values = sorted(turn[name][figure] for turn in rounds if turn[name])
        return values[len(values) // 2] if values else None

    figures = {
        "segment_bytes": args.bytes,
        "ovc_segments_per_s": middle("ovc", "segments_per_s"),
        "ovc_bytes_per_s": middle("ovc"),
        "disk_bytes_per_s": middle("pattern"),
        "fio_bytes_per_s": middle("fio"),
        "share_of_disk": middle("ovc") / middle("pattern"),
        "share_of_fio": middle("ovc") / middle("fio") if middle("fio") else None,
        "database_bytes_per_segment": per_segment,
        **listing,
    }
    for call in ("create", "put", "save"):
        for figure in ("p50_ms", "p99_ms"):
            figures[f"paced_{call}_{figure}"] = paced[call][figure]
    return {"figures": figures, "rounds": rounds, "paced": paced, "load_average": os.getloadavg()}


class Cloud:
    """ovc with many devices, each of which records, and a month of one channel in its index."""

    def __init__(self, binaries, directory):
        self.binaries = binaries
        self.directory = directory
        self.port = free_port()

    def start(self):
        command = [self.binaries["ovc"], "serve", "--data-dir", self.directory / "data"]
        command += ["--http", f"127.0.0.1:{self.port}", "--rtmp", f"127.0.0.1:{free_port()}"]
        environment = {
            "OVC_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "OVC_LIMITS_REQUESTS_PER_SECOND": "0",
            # The month of the index lies in the past, and nothing is to be deleted meanwhile.
            "OVC_RECORDING_KEEP_DAYS": "0",
            "OVC_RECORDING_KEEP_FREE": "0 B",
            "OVC_RECORDING_WARN_FREE": "0 B",
        }
        process = start(list(map(str, command)), self.directory / "log", **environment)
        wait_for_port(self.port, process)
        wait_until_ready(f"http://127.0.0.1:{self.port}/readyz")
        return process

    def prepare(self, devices):
        process = self.start()
        try:
            subprocess.run(
                [self.binaries["dapctl"], "provision", "--url", f"http://127.0.0.1:{self.port}"]
                + ["--password-env", "BENCH_PASSWORD", "--count", str(devices), "--out", self.directory / "codes"],
                check=True,
                env={**os.environ, "BENCH_PASSWORD": ADMIN_PASSWORD},
            )
        finally:
            stop(process)
        lines = (self.directory / "codes").read_text().splitlines()
        self.codes = [line.replace(",", " ").split()[0] for line in lines]

    def fill(self, listed, size, devices):
        """Sessions of all devices, and a month of one channel. What a segment takes in the database, in bytes."""
        database = sqlite3.connect(self.directory / "data" / "ovc.sqlite")
        now = int(time.time() * 1000)
        addresses = []
        with database:
            for code in self.codes[:devices]:
                session, _, token = self.session(database, code, 0, now)
                addresses.append(f"http://127.0.0.1:{self.port}/live/cseg/{token}")
        (self.directory / "sessions").write_text("\n".join(addresses) + "\n")
        begin = now - now % DAY_MS - listed * SEGMENT_S * 1000
        with database:
            session, stream, _ = self.session(database, self.codes[0], LISTED_CHANNEL, begin)
        self.listed = (begin, begin + listed * SEGMENT_S * 1000)
        before = self.database_bytes(database)
        rows = (
            (stream, session, start, SEGMENT_S * 1000, size, start + SEGMENT_S * 1000,
             (start // 1000).to_bytes(4, "big") + secrets.token_bytes(12))
            for start in range(*self.listed, SEGMENT_S * 1000)
        )  # fmt: skip
        with database:
            database.executemany(
                "INSERT INTO segments (stream_id, session_id, start_ms, duration_ms, bytes, flags, received_ms, key)"
                " VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
                rows,
            )
            # A break of half a minute every day, as a camera has that restarts.
            database.executemany(
                "INSERT INTO record_spans (stream_id, start_ms, end_ms) VALUES (?, ?, ?)",
                [(stream, day, min(day + DAY_MS - 30_000, self.listed[1])) for day in range(*self.listed, DAY_MS)],
            )
        after = self.database_bytes(database)
        database.close()
        return (after - before) / listed

    @staticmethod
    def session(database, code, channel, began):
        row = "INSERT INTO record_streams (login_code, channel) VALUES (?, ?)"
        stream = database.execute(row, (code, channel)).lastrowid
        token = secrets.token_urlsafe(16)
        row = "INSERT INTO record_sessions (stream_id, token, recorder, cause, began_ms) VALUES (?, ?, 'device', 'always', ?)"
        session = database.execute(row, (stream, token, began)).lastrowid
        row = "INSERT INTO record_plans (login_code, channel, plan, changed_at_ms) VALUES (?, ?, '{\"mode\":\"always\"}', ?)"
        database.execute(row, (code, channel, began))
        return session, stream, token

    @staticmethod
    def database_bytes(database):
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free, size = (
            database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size

    def record(self, devices, size, every, seconds):
        report = self.directory / "report.json"
        subprocess.run(
            [self.binaries["dapctl"], "load", "record", "--sessions", self.directory / "sessions"]
            + ["--devices", str(devices), "--bytes", str(size), "--segment-s", str(SEGMENT_S), "--every-s", str(every)]
            + ["--duration-s", str(seconds), "--json", report],
            check=True,
            preexec_fn=raise_file_limit,
        )
        return json.loads(report.read_text())

    def log_in(self):
        body = {"username": "admin", "password": ADMIN_PASSWORD}
        return json.loads(self.ask(self.connect(), "POST", "/api/v1/login", None, body)[1])["token"]

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    @staticmethod
    def ask(connection, method, path, token, body=None):
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return answer, content


def rfc3339(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def measure_listing(cloud, token, args):
    base = f"/api/v1/devices/{cloud.codes[0]}/channels/{LISTED_CHANNEL}/recordings"
    begin, end = cloud.listed
    days = range(begin, end - DAY_MS + 1, DAY_MS)
    connection = cloud.connect()

    def timed(method, path, body=None):
        begun = time.perf_counter()
        answer, content = cloud.ask(connection, method, path, token, body)
        return (time.perf_counter() - begun) * 1000, content

    def timeline(start, stop, resolution):
        return timed("GET", f"{base}/timeline?from={rfc3339(start)}&to={rfc3339(stop)}&resolution_ms={resolution}")[0]

    def playlist(start, stop):
        took, content = timed("POST", f"{base}/playlist", {"from": rfc3339(start), "to": rfc3339(stop)})
        url = json.loads(content)["url"]
        path = url if url.startswith("/") else "/" + url.split("/", 3)[3]
        fetched, content = timed("GET", path)
        if content.count(b"#EXTINF") < (stop - start) // 1000 // SEGMENT_S * 0.9:
            raise RuntimeError(f"the playlist has only {content.count(b'#EXTINF')} segments")
        return took + fetched

    first = playlist(days[-1], days[-1] + DAY_MS)
    figures = {
        "timeline_day": [timeline(days[n % len(days)], days[n % len(days)] + DAY_MS, 60_000) for n in range(args.calls)],
        "timeline_month": [timeline(begin, end, 3_600_000) for _ in range(args.calls)],
        "playlist": [playlist(days[n % len(days)], days[n % len(days)] + DAY_MS) for n in range(min(args.calls, 30))],
    }
    shape = {"playlist_first_ms": first}
    for name, times in figures.items():
        times.sort()
        shape[f"{name}_p50_ms"] = times[len(times) // 2]
        shape[f"{name}_p99_ms"] = times[math.ceil(len(times) * 0.99) - 1]
    return shape


def pattern(directory, args):
    """What has to be done for a segment and nothing else, by as many threads as there are devices."""
    folder = directory / "pattern"
    noise = os.urandom(args.bytes)
    counts = [0] * args.parallel
    until = time.monotonic() + args.seconds

    def work(at):
        place = folder / str(at)
        place.mkdir(parents=True)
        while time.monotonic() < until:
            name = secrets.token_hex(16)
            file = os.open(place / f"{name}#1", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            view = memoryview(noise)
            while view:
                view = view[os.write(file, view[: 512 << 10]) :]
            os.fsync(file)
            os.close(file)
            os.rename(place / f"{name}#1", place / name)
            handle = os.open(place, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
            counts[at] += 1

    begun = time.monotonic()
    threads = [threading.Thread(target=work, args=(at,)) for at in range(args.parallel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - begun
    shutil.rmtree(folder)
    return {"segments_per_s": sum(counts) / elapsed, "bytes_per_s": sum(counts) * args.bytes / elapsed}


def fio(directory, args):
    """As many bytes as a segment has, then a sync, by as many threads: one file each, so nothing is made and renamed."""
    if not shutil.which("fio"):
        return None
    folder = directory / "fio"
    folder.mkdir()
    block = 500_000
    command = ["fio", "--name=segments", f"--directory={folder}", "--rw=write", "--ioengine=psync", f"--bs={block}"]
    command += [f"--fsync={max(1, round(args.bytes / block))}", "--size=4g", "--fallocate=none"]
    command += [f"--numjobs={args.parallel}", "--group_reporting", "--thread", "--time_based"]
    command += [f"--runtime={math.ceil(args.seconds)}", "--output-format=json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, preexec_fn=raise_file_limit)
    write = json.loads(done.stdout)["jobs"][0]["write"]
    shutil.rmtree(folder)
    rate = write["io_bytes"] / (write["runtime"] / 1000)
    return {"segments_per_s": rate / args.bytes, "bytes_per_s": rate}


def table(result):
    figures = result["figures"]
    lines = ["", "| figure | | aim |", "| --- | --- | --- |"]
    for name, aim, kind, unit, title in AIMS:
        value = figures.get(name)
        if value is None:
            continue
        good = value <= aim if kind == "most" else value >= aim
        lines.append(f"| {title} | {value:.3g} {unit} | {'at most' if kind == 'most' else 'at least'} {aim} {unit}: {'yes' if good else 'NO'} |")
    told = {name for name, *_ in AIMS}
    lines += [f"| {name} | {value:.5g} | |" for name, value in figures.items() if name not in told and value is not None]
    failed = sum(turn["ovc"]["failed"] for turn in result["rounds"]) + result["paced"]["failed"]
    lines.append(f"| segments that failed | {failed} | 0: {'yes' if failed == 0 else 'NO'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
