#!/usr/bin/env bash
# Makes this checkout ready: the system packages, then the virtual environment in .venv.
#
#   installer/setup.sh programs   what the two programs need (make setup, make demo)
#   installer/setup.sh tests      the same, and the programs the tests drive (make test)
#   installer/setup.sh build      programs, and what builds them (make programs, make windows)
#   installer/setup.sh recording  the same, and the SIP programs behind the golden set (make record-golden)
#   installer/setup.sh fuzz       programs, and the fuzzer where there is one (make fuzz)
#
# Packages come by apt where it may be used: as root, or by a sudo that asks nothing. Otherwise one line says
# what to install. A missing test program is no error: its tests say why they are skipped. With CI=true
# everything must be there. Quick when nothing is to do.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.venv
readonly stamp=$venv/.installed-from-pyproject

# What PySide6's offscreen and xcb platforms load, libpcap, and a Korean font.
readonly program_packages=(
  libpcap0.8 libegl1 libgl1 libglib2.0-0 libfontconfig1 libfreetype6 libdbus-1-3 libxkbcommon0
  libxkbcommon-x11-0 libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
  libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 fonts-nanum
)
readonly test_packages=(
  tshark sip-tester iproute2 procps xvfb xdotool openbox
  kamailio kamailio-tls-modules baresip-core sngrep openssl
)
readonly build_packages=(binutils python3-dev debootstrap util-linux openssl)
readonly recording_packages=(
  kamailio kamailio-tls-modules kamailio-websocket-modules baresip-core sipvicious openssl
  sngrep sipgrep
)

say() { printf 'setup: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# Those of the packages named that are not installed, under their own name or one that provides them.
missing_packages() {
  local installed package
  # shellcheck disable=SC2016  # dpkg-query's own fields
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}|${Package}, ${Provides}\n' 2>/dev/null |
    sed -n 's/^ii *|//p' | sed -E 's/ \([^)]*\)//g' | tr -s ', ' '\n' | sort -u)
  for package in "$@"; do
    grep -qxF -- "$package" <<<"$installed" || printf '%s\n' "$package"
  done
}

install_packages() {
  local missing as_root=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "no apt here; please see to it that these, as Debian names them, are installed: $*"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0

  local by_hand="please install: sudo apt-get install --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    if ! sudo -n true 2>/dev/null; then
      [ "${CI:-}" != true ] || fail "$by_hand"
      say "$by_hand"
      return
    fi
    as_root=(sudo -n)
  fi
  say "installing ${missing[*]}"
  local apt_install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install --yes --quiet --no-install-recommends "${missing[@]}")
  mkdir -p build
  log=build/setup-apt.log
  # Package lists are fetched only where the ones at hand do not do.
  if ! "${apt_install[@]}" >"$log" 2>&1; then
    if ! "${as_root[@]}" apt-get update --quiet >>"$log" 2>&1 || ! "${apt_install[@]}" >>"$log" 2>&1; then
      tail -n 5 "$log" >&2
      [ "${CI:-}" != true ] || fail "apt-get failed, see $log; $by_hand"
      say "apt-get failed, see $log; $by_hand"
    fi
  fi
}

find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  fail "Python 3.11 or newer is needed; none found as python3 (or give its path: make PYTHON=/path/to/python3)"
}

make_venv() {
  # The stamp is a copy of what was installed, so a file's date (a fresh checkout, a branch change) decides nothing.
  cmp -s pyproject.toml "$stamp" && [ -x "$venv/bin/python" ] && return
  local python
  python=$(find_python)
  if [ ! -x "$venv/bin/pip" ]; then
    "$python" -m venv "$venv" ||
      fail "no virtual environment could be made; please install: sudo apt-get install python3-venv"
  fi
  say "installing the Python packages into $venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
  cp pyproject.toml "$stamp"
}

# add_extra EXTRA MODULE: the packages of an extra, unless its module is there.
add_extra() {
  "$venv/bin/python" -c "import $2" 2>/dev/null && return
  say "installing the Python packages for '$1' into $venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable ".[$1]"
}

case ${1:-programs} in
  programs | fuzz) install_packages "${program_packages[@]}" ;;
  tests) install_packages "${program_packages[@]}" "${test_packages[@]}" ;;
  build) install_packages "${program_packages[@]}" "${build_packages[@]}" ;;
  recording) install_packages "${program_packages[@]}" "${test_packages[@]}" "${recording_packages[@]}" ;;
  *) fail "usage: installer/setup.sh [programs|tests|build|recording|fuzz]" ;;
esac
make_venv
case ${1:-} in
  recording) add_extra recording sippy ;;
  fuzz) add_extra fuzz atheris ;;
esac
