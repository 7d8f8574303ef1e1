#!/usr/bin/env bash
# Proves the README's two commands where nothing of ours is installed: bare Debian 12 and 13 folders made by
# debootstrap, with python3, python3-venv, make and git, and a clean clone of HEAD. Needs root.
#
#   tests/fresh_check.sh [bookworm] [trixie]     TARGETS="demo test" are the make targets run in each
#
# The bare folders are kept as archives in ${XDG_CACHE_HOME:-~/.cache}/packetwave. Each run has its own mount and
# process namespace, so that mounts, network namespaces and programs go with it, however it ends.
set -euo pipefail

readonly packages=python3,python3-venv,make,git,ca-certificates
cache=${XDG_CACHE_HOME:-$HOME/.cache}/packetwave
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=installer/debian_folder.sh
. "$top/installer/debian_folder.sh"
read -ra targets <<<"${TARGETS:-demo test}"

fail() {
  printf 'fresh-check: %s\n' "$*" >&2
  exit 1
}

make_base() {
  local suite=$1 archive=$2 folder
  folder=$(mktemp -d "$cache/base-$suite.XXXXXX")
  # shellcheck disable=SC2064  # this folder, now
  trap "rm -rf --one-file-system '$folder'" EXIT
  debian_folder "$suite" "$folder" "$packages" "$cache/debootstrap-$suite.log" ||
    fail "debootstrap failed, see $cache/debootstrap-$suite.log"
  tar -C "$folder" --one-file-system -czf "$archive.new" .
  mv "$archive.new" "$archive"
  rm -rf --one-file-system "$folder"
  trap - EXIT
}

# Mounts, then the make targets one after the other; runs in namespaces of its own.
run_inside() {
  local suite=$1 folder=$2 target started variable
  mount_system "$folder"
  if [ -d "${PIP_FIND_LINKS:-}" ]; then
    mkdir -p "$folder$PIP_FIND_LINKS"
    mount --bind "$PIP_FIND_LINKS" "$folder$PIP_FIND_LINKS"
  fi
  local carried=()
  for variable in $(compgen -e | grep -E '^(PIP_.*|SSL_CERT_.*|(REQUESTS|CURL)_CA_BUNDLE|(https?|no)_proxy|(HTTPS?|NO)_PROXY)$'); do
    carried+=("$variable=${!variable}")
  done
  for target in "${targets[@]}"; do
    started=$SECONDS
    printf 'fresh-check: %s: make %s\n' "$suite" "$target"
    chroot "$folder" env -i HOME=/root TERM=dumb CI=true PATH=/usr/sbin:/usr/bin:/sbin:/bin "${carried[@]}" \
      make -C /root/src/packetwave "$target" </dev/null || fail "$suite: make $target failed"
    printf 'fresh-check: %s: make %s: %d s\n' "$suite" "$target" $((SECONDS - started))
  done
}

check_suite() {
  local suite=$1 archive=$cache/debian-$1-$packages.tar.gz folder
  [ -f "$archive" ] || make_base "$suite" "$archive"
  folder=$(mktemp -d "$cache/fresh-$suite.XXXXXX")
  # shellcheck disable=SC2064  # this folder, now
  trap "rm -rf --one-file-system '$folder'" EXIT
  tar -C "$folder" -xzf "$archive"
  chmod 755 "$folder" # not as mktemp made it
  carry_network_settings "$folder"
  mkdir -p "$folder/root/src"
  git clone --quiet --no-hardlinks "$top" "$folder/root/src/packetwave"
  if [ -d "$top/../shared" ]; then cp -rL "$top/../shared" "$folder/root/src/shared"; fi
  # Whoever ends this script, everything inside ends with it.
  setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child "$0" --inside "$suite" "$folder"
  rm -rf --one-file-system "$folder"
  trap - EXIT
}

if [ "${1:-}" = --inside ]; then
  run_inside "$2" "$3"
  exit
fi
[ "$(id -u)" = 0 ] || fail "making bare Debian folders needs root: sudo make fresh-check"
for program in debootstrap unshare setpriv git; do
  command -v "$program" >/dev/null || fail "please install: sudo apt-get install debootstrap util-linux git"
done
mkdir -p "$cache"
(($#)) || set -- bookworm trixie
for suite in "$@"; do check_suite "$suite"; done
printf 'fresh-check: %s: passed: make %s\n' "$*" "${targets[*]}"
