#!/usr/bin/env bash
# Builds what the benchmarks need and measures: all subjects of a work in turns, then its tables.
#
#   tests/bench/run.sh [WORK...] [--json FILE]    the works are the folders here that have a work.py
#     --quick          one round of tiny sizes: shows that everything works, measures nothing
#     --rounds N       instead of 5
#     --only TEXT      only the groups of rows whose title contains TEXT
#
# Peers whose packages cannot be installed are skipped, and their rows say so. Everything is built in
# build-bench/; log: build-bench/setup.log. Leave the machine alone meanwhile.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$top/build-bench
log=$build/setup.log
works=()
options=()
is_quick=no

usage() {
  sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
}

while (($# > 0)); do
  case $1 in
    --json | --rounds | --only)
      (($# > 1)) || { usage >&2; exit 2; }
      options+=("$1" "$2")
      shift
      ;;
    --quick)
      is_quick=yes
      options+=(--quick)
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      [[ -f $here/$1/work.py ]] || { usage >&2; exit 2; }
      works+=("$1")
      ;;
  esac
  shift
done
if ((${#works[@]} == 0)); then
  for file in "$here"/*/work.py; do works+=("$(basename "$(dirname "$file")")"); done
fi

# say_if_it_fails WORDS COMMAND...: into the log.
say_if_it_fails() {
  local words=$1 status=0
  shift
  "$@" >>"$log" 2>&1 </dev/null || status=$?
  ((status == 0)) || echo "run.sh: $words; see $log" >&2
  return "$status"
}

# Python packages of peers go into a virtual environment of the build folder, one by one: those that
# can't be had keep nobody out.
install_python_packages() {
  local list=$1 done_mark package status=0
  done_mark=$build/venv/$(basename "$(dirname "$list")").installed
  cmp -s "$list" "$done_mark" && return
  [[ -x $build/venv/bin/pip ]] || python3 -m venv "$build/venv" || return
  while read -r package; do
    [[ -z $package || $package == \#* ]] ||
      "$build/venv/bin/pip" install --quiet "$package" </dev/null || status=1
  done <"$list"
  ((status == 0)) && cp "$list" "$done_mark"
}

# Again in a build folder that exists: a library may have been installed since.
configure() {
  if [[ -f $build/build.ninja ]]; then
    meson setup --reconfigure "$build" "$top" -Dbench=true
  else
    meson setup "$build" "$top" --buildtype=release -Dbench=true
  fi
}

mkdir -p "$build"
: >"$log"
if [[ $is_quick == no ]]; then
  say_if_it_fails "cannot install what Capstan needs" "$top/packaging/dependencies.sh" build
  say_if_it_fails "cannot install all peers" "$top/packaging/dependencies.sh" bench || true
  for work in "${works[@]}"; do
    list=$here/$work/requirements.txt
    [[ ! -f $list ]] ||
      say_if_it_fails "cannot install peers in Python" install_python_packages "$list" || true
  done
fi
say_if_it_fails "cannot configure" configure
say_if_it_fails "cannot build" meson compile -C "$build" "${works[@]/#/bench-}"
exec python3 "$here/bench.py" --build "$build" "${options[@]}" "${works[@]}"
