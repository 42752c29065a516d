#!/usr/bin/env bash
# From a fresh clone to thumbnails and a contact sheet: installs what is needed, builds Capstan
# (release, in build/) and runs config/thumbnails.yaml over a folder.
#
#   packaging/quickstart.sh [FOLDER [OUTPUT]]
#
# FOLDER: any folder of clips and photographs; without one, the real ones of a Debian package.
# OUTPUT: where the pictures go; default: thumbnails/ under the current directory.
# Exits with what `capstan run` exits with: 0 all done, 1 some files failed, 2 bad configuration.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
sets=(build)
if (($# > 2)) || [[ ${1:-} == -* ]]; then
  echo "usage: packaging/quickstart.sh [FOLDER [OUTPUT]]" >&2
  exit 2
elif (($# == 0)); then
  # Someone's real photographs and clips, phone and camera, H.264, MPEG-2, JPEG and PNG.
  sets+=(samples)
  folder=/usr/share/forensics-samples/original-files
else
  folder=$(realpath -m -- "$1")
fi
output=$(realpath -m -- "${2:-thumbnails}")

echo "1/3 installing what is missing"
"$top/packaging/dependencies.sh" "${sets[@]}"

echo "2/3 building in $top/build"
log=$top/build/quickstart.log
mkdir -p "$top/build"
# No terminal is needed, so the compiler's words go to a file and are shown when it fails.
if ! {
  { [[ -f $top/build/build.ninja ]] ||
    meson setup "$top/build" "$top" --buildtype=release -Dunity=on -Dunity_size=1000; } &&
    meson compile -C "$top/build" programs
} >"$log" 2>&1 </dev/null; then
  tail -n 40 "$log" >&2
  echo "quickstart.sh: the build failed; all of its output is in $log" >&2
  exit 1
fi

echo "3/3 making a thumbnail of every clip and photograph under $folder"
export CAPSTAN_OUTPUT=$output
status=0
"$top/build/capstan" run "$top/config/thumbnails.yaml" "$folder" </dev/null || status=$?

# Only those of this run: the build's log was written before it.
mapfile -t sheets < <(find "$output" -maxdepth 1 -name 'sheet-*.jpg' -newer "$log" 2>/dev/null | sort)
if ((${#sheets[@]} > 0)); then
  echo "all at a glance: ${sheets[0]}$( ((${#sheets[@]} == 1)) || echo " (${#sheets[@]} pages)")"
fi
exit "$status"
