#!/usr/bin/env bash
# The bench on which the Windows programs are built and tried without a Windows: a Debian 13 folder with Wine,
# wixl and a Windows CPython. Needs root.
#
#   installer/windows/bench.sh prepare           make it, or what is missing of it; quick when nothing is
#   installer/windows/bench.sh run PROGRAM …     run a program with PACKETWAVE_BENCH, the folder, in its environment
#
# It lies in ${XDG_CACHE_HOME:-~/.cache}/packetwave/windows, outside the work tree, and is made again where it is
# absent or made from other versions than these. A run has its own mount and process namespace: mounts,
# network namespaces and programs go with it, however it ends. The checkout is /project in the folder.
set -euo pipefail

readonly suite=trixie
readonly packages=(
  wine wine64 wixl msitools binutils-mingw-w64-x86-64 osslsigncode fonts-nanum
  maven ca-certificates-java default-jre-headless locales
)
readonly cpython=org.bytedeco:cpython:3.13.5-1.5.12:jar:windows-x86_64
readonly cpython_sha256=cfe5502ffa7ea369be707b6d88bf68344732a7800450665080fb4267c01bfeae

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/packetwave/windows
folder=$cache/debian
# shellcheck source=installer/debian_folder.sh
. "$top/installer/debian_folder.sh"

say() { printf 'bench: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# done_with NAME TEXT: whether this part was made from exactly this; made_with notes it.
done_with() { [ "$(cat "$folder/opt/.$1" 2>/dev/null)" = "$2" ]; }
made_with() { printf '%s\n' "$2" >"$folder/opt/.$1"; }

make_folder() {
  local versions="$suite ${packages[*]}" language
  done_with folder "$versions" && return
  say "making a Debian $suite folder with Wine in $folder"
  rm -rf --one-file-system "$folder"
  debian_folder "$suite" "$folder" ca-certificates "$cache/debootstrap.log" ||
    fail "debootstrap failed, see $cache/debootstrap.log"
  carry_network_settings "$folder"
  inside mount_and apt-get install --yes --quiet --no-install-recommends "${packages[@]}" >"$cache/apt.log" 2>&1 ||
    fail "apt-get failed, see $cache/apt.log"
  for language in ko_KR en_US; do # what Wine takes for Windows' language
    inside mount_and localedef -i "$language" -f UTF-8 "$language.UTF-8"
  done
  made_with folder "$versions"
}

# The Windows CPython, with the forwarder of the stable ABI that it lacks, and the pinned wheels.
make_python() {
  local wheels versions
  wheels=$(cat "$here/requirements.txt")
  versions=$(sha256sum <<<"$cpython $cpython_sha256 $wheels $(cat "$here/python3_dll.sh")")
  done_with python "$versions" && return
  say "fetching the Windows Python and its wheels"
  rm -rf "$folder/opt/python" "$folder/opt/jar"
  mkdir -p "$folder/opt/jar"
  inside mount_and mvn --quiet --batch-mode dependency:copy "-Dartifact=$cpython" -DoutputDirectory=/opt/jar \
    >"$cache/mvn.log" 2>&1 || fail "the Windows Python could not be fetched, see $cache/mvn.log"
  local jar
  jar=$(echo "$folder"/opt/jar/*.jar)
  sha256sum --check --status <<<"$cpython_sha256  $jar" || fail "$jar is not the one that was pinned"
  "$top/.venv/bin/python" - "$jar" "$folder/opt" <<'PYTHON'
import pathlib, shutil, sys, zipfile
jar, target = sys.argv[1], pathlib.Path(sys.argv[2])
inner = "org/bytedeco/cpython/windows-x86_64"
with zipfile.ZipFile(jar) as archive:
    archive.extractall(target / "jar", [name for name in archive.namelist() if name.startswith(inner + "/")])
shutil.move(target / "jar" / inner, target / "python")
PYTHON
  cp "$here/python3_dll.sh" "$folder/opt/"
  inside mount_and bash /opt/python3_dll.sh /opt/python
  "$top/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --platform win_amd64 --python-version 3.13 --only-binary=:all: \
    --target "$folder/opt/python/lib/site-packages" --requirement "$here/requirements.txt"
  made_with python "$versions"
}

# An empty Windows: each PC of a test is a copy of it.
make_prefix() {
  local versions="prefix of $suite"
  done_with prefix "$versions" && return
  say "making an empty Windows"
  rm -rf "$folder/opt/prefix"
  inside mount_and env WINEPREFIX=/opt/prefix WINEARCH=win64 WINEDEBUG=-all LANG=C.UTF-8 \
    sh -c 'wineboot --init && wineserver --wait' >"$cache/wine.log" 2>&1 || fail "Wine failed, see $cache/wine.log"
  made_with prefix "$versions"
}

# A namespace of this script's own for what follows; whoever ends it ends everything inside.
inside() { setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child "$0" --inside "$@"; }

mount_and() {
  mount_system "$folder"
  chroot "$folder" env -i HOME=/root TERM=dumb DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

run() {
  mount_system "$folder"
  mkdir -p "$folder/project" "$folder/tmp/.X11-unix" /tmp/.X11-unix
  mount --bind "$top" "$folder/project"
  mount --bind /tmp/.X11-unix "$folder/tmp/.X11-unix" # displays, also from other network namespaces
  mount -t proc proc /proc
  exec env "PACKETWAVE_BENCH=$folder" "$@"
}

case ${1:-} in
  prepare)
    [ "$(id -u)" = 0 ] || fail "the bench needs root: sudo make windows"
    for program in debootstrap unshare setpriv; do
      command -v "$program" >/dev/null || fail "please install: sudo apt-get install debootstrap util-linux"
    done
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    make_folder
    make_python
    make_prefix
    ;;
  run)
    shift
    inside run "$@"
    ;;
  --inside)
    shift
    "$@"
    ;;
  *) fail "usage: installer/windows/bench.sh prepare | run PROGRAM …" ;;
esac
