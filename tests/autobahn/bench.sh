#!/usr/bin/env bash
# Autobahn's fuzzing client, which needs Python 2.7: a Debian 11 folder that has one. Needs root.
#
#   tests/autobahn/bench.sh prepare          make it, or what is missing of it; quick when nothing is
#   tests/autobahn/bench.sh fuzz SPEC OUT    run the fuzzing client with this file; its reports come to the folder OUT
#
# It lies in ${XDG_CACHE_HOME:-~/.cache}/packetwave/autobahn, outside the work tree, and is made again where it is absent or
# made from other versions than these.
set -euo pipefail

readonly suite=bullseye # the last Debian with Python 2.7
readonly packages=python2.7,python2.7-dev,python-setuptools,gcc,libc6-dev,ca-certificates
readonly pip=20.3.4 wheel=0.37.1 testsuite=0.8.2 # the last ones for it

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/packetwave/autobahn
folder=$cache/debian
# shellcheck source=installer/debian_folder.sh
. "$top/installer/debian_folder.sh"

fail() {
  printf 'autobahn: %s\n' "$*" >&2
  exit 1
}

prepare() {
  local versions="$suite $packages $pip $wheel $testsuite" whl
  [ "$(cat "$folder/.made-from" 2>/dev/null)" = "$versions" ] && return
  [ "$(id -u)" = 0 ] || fail "making a Debian folder needs root"
  command -v debootstrap >/dev/null || fail "debootstrap is not installed"
  printf 'autobahn: making a Debian %s folder with Python 2.7 in %s\n' "$suite" "$folder" >&2
  rm -rf --one-file-system "$folder"
  mkdir -p "$folder"
  debian_folder "$suite" "$folder" "$packages" "$cache/debootstrap.log" ||
    fail "debootstrap failed, see $cache/debootstrap.log"
  carry_network_settings "$folder"
  "$top/.venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder/opt" "pip==$pip" \
    >"$cache/pip.log" 2>&1 || fail "pip could not be fetched, see $cache/pip.log"
  whl=/opt/pip-$pip-py2.py3-none-any.whl
  {
    chroot "$folder" python2.7 "$whl/pip" install --quiet "pip==$pip" "wheel==$wheel" &&
      chroot "$folder" python2.7 -m pip install --quiet "autobahntestsuite==$testsuite"
  } >>"$cache/pip.log" 2>&1 || fail "Autobahn could not be installed, see $cache/pip.log"
  printf '%s\n' "$versions" >"$folder/.made-from"
}

fuzz() {
  local spec=$1 out=$2
  rm -rf "$folder/opt/reports"
  cp "$spec" "$folder/opt/spec.json"
  chroot "$folder" wstest --mode fuzzingclient --spec /opt/spec.json >"$cache/wstest.log" 2>&1 ||
    fail "the fuzzing client failed, see $cache/wstest.log"
  cp -r "$folder/opt/reports/." "$out"
}

case ${1:-} in
  prepare) prepare ;;
  fuzz) fuzz "$2" "$3" ;;
  *) fail "prepare, or fuzz SPEC OUT" ;;
esac
