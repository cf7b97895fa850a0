#!/usr/bin/env bash
# `make bench-live`: what a viewer costs ovc, beside nginx-rtmp and xiu, in one run.
#
# The server has core 0, all that makes the load has core 1. Environment, all optional:
#   SERVERS="ovc nginx-rtmp xiu"   STEPS="100 500 1000 2000 4000"   SECONDS_EACH=20
# Needs what `scripts/need.sh nginx-rtmp xiu` installs; writes bench/out/live.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cores="$(nproc)"
[ "$cores" -ge 2 ] || {
  echo "error: the server and the load need a core each, this machine has $cores" >&2
  exit 1
}
scripts/need.sh build nginx-rtmp xiu
make --no-print-directory release
# As many connections as this user may have.
ulimit -n "$(ulimit -Hn)"
exec taskset -c 1 node bench/live.mjs
