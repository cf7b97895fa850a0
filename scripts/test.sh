#!/usr/bin/env bash
# Runs make targets one after another, all of them whatever fails, and ends with a table of what each took and found.
# The last line is "N passed, M failed": the tests of all stages; a stage that fails without a failed test counts as one.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

logs="${CARGO_TARGET_DIR:-target}/stages"
rm -rf "$logs"
mkdir -p "$logs"

# counted LOG WORD: the sum of "N passed" (or failed) over the summaries of nextest, cargo test, vitest and node.
counted() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk -v word="$2" '
    /tests? run:/ || /^test result:/ || /^ *Tests +[0-9]/ {
      gsub(/[,;|]/, " ")
      for (i = 2; i <= NF; i++) if ($i == word || (word == "failed" && $i == "timed")) sum += $(i - 1)
    }
    word == "passed" && /^(#|ℹ) pass [0-9]+$/ { sum += $3 }
    word == "failed" && /^(#|ℹ) (fail|cancelled) [0-9]+$/ { sum += $3 }
    END { print sum + 0 }'
}

passed=0
failed=0
table=""
started=$SECONDS
for stage in "$@"; do
  printf '\n\033[1m━━ %s\033[0m\n' "$stage"
  begun=$SECONDS
  make --no-print-directory "$stage" 2>&1 | tee "$logs/$stage.log"
  status=${PIPESTATUS[0]}
  good=$(counted "$logs/$stage.log" passed)
  bad=$(counted "$logs/$stage.log" failed)
  verdict=ok
  if [ "$status" != 0 ]; then
    verdict=FAILED
    [ "$bad" -gt 0 ] || bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  tests=""
  [ "$((good + bad))" = 0 ] || tests="$good passed, $bad failed"
  table+=$(printf '%-8s %-14s %5d s   %s' "$verdict" "$stage" "$((SECONDS - begun))" "$tests")$'\n'
done

printf '\n\033[1m━━ summary\033[0m (logs in %s)\n%s' "$logs" "$table"
printf '%-8s %-14s %5d s\n\n' "" total "$((SECONDS - started))"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
