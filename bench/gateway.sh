#!/bin/sh
# What `make bench-gateway` runs.
exec python3 "$(dirname "$0")/gateway.py" "$@"
