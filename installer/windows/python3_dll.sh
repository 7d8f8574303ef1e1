#!/usr/bin/env bash
# Makes python3.dll, the forwarder of Python's stable ABI that PySide6 is linked to, from its import library: each
# name goes to the same name of python313.dll. Runs on the bench.
#
#   python3_dll.sh FOLDER   with libs/python3.lib and python313.dll
set -euo pipefail
cd "$1"

# A name is code where the import library has a thunk for it (T), else data (only __imp_NAME).
names=$(x86_64-w64-mingw32-nm libs/python3.lib 2>/dev/null | awk '
  $2 == "I" && sub(/^__imp_/, "", $3) { imported[$3] = 1 }
  $2 == "T" && $3 !~ /^\./ { code[$3] = 1 }
  END { for (name in imported) print name, (name in code ? "" : "DATA") }' | sort)
work=$(mktemp -d)
{
  printf 'LIBRARY python3.dll\nEXPORTS\n'
  while read -r name kind; do printf '  %s = python313.%s %s\n' "$name" "$name" "$kind"; done <<<"$names"
} >"$work/python3.def"
x86_64-w64-mingw32-dlltool -m i386:x86-64 -d "$work/python3.def" -e "$work/python3.exp"
x86_64-w64-mingw32-ld -shared --entry 0 -o python3.dll "$work/python3.exp"
rm -rf "$work"
