#!/bin/sh
# What `make bench-record` runs.
exec python3 "$(dirname "$0")/record.py" "$@"
