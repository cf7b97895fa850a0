#!/usr/bin/env bash
# Runs every fuzz target for SECONDS_EACH (60) seconds; stops at the first finding.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PWD/.tools/bin:$PATH"
seconds="${SECONDS_EACH:-60}"

cargo +nightly --version >/dev/null 2>&1 || {
  echo "fuzzing wants a nightly toolchain: rustup toolchain install nightly" >&2
  exit 1
}
for target in $(cargo +nightly fuzz list); do
  echo "── $target, $seconds s"
  # The words of the protocol, for those targets that read it.
  words=()
  if [[ $target == dap_* ]]; then words=(-dict=fuzz/dap.dict); fi
  cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" -print_final_stats=1 "${words[@]}"
done
