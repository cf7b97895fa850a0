#!/usr/bin/env bash
# All Rust tests: with cargo-nextest where it is installed, else with cargo itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/need.sh pebble s3

if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace --all-targets --locked --no-fail-fast --status-level fail
else
  cargo test --workspace --all-targets --locked --no-fail-fast
fi
# Examples in the documentation; nextest leaves them out.
cargo test --workspace --doc --locked --no-fail-fast
