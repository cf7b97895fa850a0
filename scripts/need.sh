#!/usr/bin/env bash
# Installs what a target needs and this machine lacks. Quick where everything is present.
#
#   scripts/need.sh THING…     things: build curl ffmpeg camera chromium hevc pebble s3 schemathesis deny fuzz npm:<folder>
#                              for the benchmarks: nginx-rtmp xiu mosquitto nats fio
#
# Debian packages come by apt (with sudo when not root); everything else goes into .tools/ and node_modules/
# of this checkout. Nothing else on the machine is changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools="$PWD/.tools"

IMAGEIO_FFMPEG=0.8.1
SCHEMATHESIS=4.32.5

say() { printf '\033[2m── %s\033[0m\n' "$*" >&2; }
fail() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

have_package() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

apt_get() {
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "apt needs root and there is no sudo; as root run: apt-get install $missing_list"
    sudo=(sudo)
  fi
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >&2
}

# apt_need PACKAGE…: installs those that are missing.
apt_need() {
  local missing=()
  command -v dpkg-query >/dev/null || fail "not a Debian or Ubuntu machine: please install the counterparts of: $*"
  for package in "$@"; do have_package "$package" || missing+=("$package"); done
  [ ${#missing[@]} = 0 ] && return
  missing_list="${missing[*]}"
  say "installing by apt: $missing_list"
  # Package lists may be absent (fresh image) or stale: fetch them and try once more before giving up.
  apt_get install -y --no-install-recommends "${missing[@]}" ||
    { apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; } ||
    fail "apt could not install: $missing_list"
}

need_build() {
  command -v cargo >/dev/null || fail "Rust is missing: install it with rustup (https://rustup.rs), version 1.95 or newer"
  command -v node >/dev/null || fail "Node.js is missing: version 20.19 or newer"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node.js $(node --version) is too old: version 20.19 or newer"
  command -v cc >/dev/null && command -v c++ >/dev/null || apt_need build-essential
  # The H.264 encoder is several times faster with its assembly.
  command -v nasm >/dev/null || apt_need nasm
}

need_ffmpeg() { command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || apt_need ffmpeg; }

# The RTSP camera of the tests: GStreamer's server, driven by Debian's own Python.
need_camera() {
  apt_need python3 python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
    gstreamer1.0-plugins-bad
}

need_chromium() {
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$name" ] && command -v "$name" >/dev/null && return
  done
  apt_need chromium
  command -v chromium >/dev/null || fail "no usable chromium from apt: install Chrome or Chromium and set CHROMIUM=/path/to/it"
}

# Debian's ffmpeg cannot put HEVC into FLV; this one, from PyPI, can.
need_hevc() {
  [ -x "$tools/ffmpeg/bin/ffmpeg" ] && return
  apt_need python3 python3-venv
  say "installing imageio-ffmpeg $IMAGEIO_FFMPEG into .tools/"
  rm -rf "$tools/ffmpeg"
  /usr/bin/python3 -m venv "$tools/ffmpeg"
  "$tools/ffmpeg/bin/pip" install -q --disable-pip-version-check "imageio-ffmpeg==$IMAGEIO_FFMPEG" >&2
  ln -s "$("$tools/ffmpeg/bin/python" -c 'import imageio_ffmpeg as i; print(i.get_ffmpeg_exe())')" "$tools/ffmpeg/bin/ffmpeg"
}

# Sends the API whatever its document allows, and what it does not.
need_schemathesis() {
  [ -x "$tools/schemathesis/bin/schemathesis" ] && return
  apt_need python3 python3-venv
  say "installing schemathesis $SCHEMATHESIS into .tools/"
  rm -rf "$tools/schemathesis"
  /usr/bin/python3 -m venv "$tools/schemathesis"
  "$tools/schemathesis/bin/pip" install -q --disable-pip-version-check "schemathesis==$SCHEMATHESIS" >&2
}

# cargo_tool CRATE [OPTION…]
cargo_tool() {
  command -v "$1" >/dev/null || [ -x "$tools/bin/$1" ] && return
  need_build
  say "building $1 into .tools/ (some minutes, once)"
  CARGO_TARGET_DIR="$tools/build" cargo install --locked --quiet --root "$tools" "$@" >&2
  rm -rf "$tools/build"
}

# daemon PACKAGE PROGRAM SERVICE: only the program is wanted, not a service that runs from now on.
daemon() {
  [ -x "/usr/sbin/$2" ] || [ -x "/usr/bin/$2" ] && have_package "$1" && return
  apt_need "$1"
  [ -d /run/systemd/system ] || return 0
  if [ "$(id -u)" = 0 ]; then systemctl disable --quiet --now "$3"; else sudo systemctl disable --quiet --now "$3"; fi
}

# need_npm FOLDER: node_modules as the lock file says; reinstalled only when the lock file has changed.
need_npm() {
  local lock="$1/package-lock.json" stamp="$1/node_modules/.package-lock.sha256"
  [ "$(cat "$stamp" 2>/dev/null)" = "$(sha256sum <"$lock")" ] && return
  say "installing npm packages of $1/"
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error >&2)
  sha256sum <"$lock" >"$stamp"
}

[ $# -gt 0 ] || fail "usage: scripts/need.sh THING…"
for thing in "$@"; do
  case "$thing" in
    build) need_build ;;
    curl) command -v curl >/dev/null || apt_need curl ;;
    ffmpeg) need_ffmpeg ;;
    camera) need_camera ;;
    chromium) need_chromium ;;
    hevc) need_hevc ;;
    schemathesis) need_schemathesis ;;
    # The ACME authority of the tests.
    pebble) command -v pebble >/dev/null && command -v pebble-challtestsrv >/dev/null || apt_need pebble ;;
    # The S3 server of the tests: it checks signatures, and when addresses end.
    s3) cargo_tool s3s-fs --version 0.14.1 --features binary --debug ;;
    # Unoptimised they take half the time to build, and check as well.
    deny) cargo_tool cargo-deny --debug ;;
    fuzz) cargo_tool cargo-fuzz --debug ;;
    nginx-rtmp) daemon libnginx-mod-rtmp nginx nginx ;;
    mosquitto) daemon mosquitto mosquitto mosquitto ;;
    fio) command -v fio >/dev/null || apt_need fio ;;
    nats) daemon nats-server nats-server nats-server ;;
    # It builds libopus.
    xiu) command -v cmake >/dev/null || apt_need cmake; cargo_tool xiu --version 0.14.0 ;;
    npm:*) need_npm "${thing#npm:}" ;;
    *) fail "scripts/need.sh: unknown thing '$thing'" ;;
  esac
done
