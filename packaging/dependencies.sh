#!/usr/bin/env bash
# The one list of the Debian packages that Capstan needs, and what installs them.
#
#   packaging/dependencies.sh SET...          installs what is missing of the sets
#   packaging/dependencies.sh --list SET...   prints the packages of the sets
#
# Sets: build (compile and run), tests (all that tests/run.sh needs besides), samples (real clips
# and photographs for the quick start), bench (peers to measure against, tests/bench). Never asks a
# question and never needs a terminal; when it cannot install, it says what is missing and how to
# get it, and exits with 1.
set -euo pipefail

packages_of() {
  case $1 in
    build)
      echo g++ meson ninja-build pkg-config \
        libevent-dev libyaml-cpp-dev libboost-dev libspdlog-dev libcli11-dev nlohmann-json3-dev \
        libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev \
        libswresample-dev libswscale-dev \
        libjpeg62-turbo-dev libcurl4-openssl-dev ca-certificates libgtest-dev libgmock-dev
      ;;
    tests)
      echo clang clang-format clang-tidy libclang-rt-14-dev shellcheck python3 git \
        ffmpeg nginx-light util-linux python3-numpy
      ;;
    samples) echo forensics-samples-files ;;
    bench)
      echo libgstreamer1.0-dev libyuv-dev python3-venv ffmpeg \
        libgstreamer-plugins-base1.0-dev gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
        gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav \
        libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev \
        ffmpegthumbnailer libvips-tools
      ;;
    *)
      echo "dependencies.sh: no set '$1'; there are build, tests, samples, bench" >&2
      return 2
      ;;
  esac
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

give_up() {
  {
    echo "dependencies.sh: $1"
    echo "  missing: ${missing[*]}"
    echo "  install them with: apt-get install --no-install-recommends ${missing[*]}"
  } >&2
  exit 1
}

# A package may bring a service (nginx does, which the tests start by themselves with a
# configuration of their own). Installing must not open a port on the user's machine: Debian's own
# means to say so is policy-rc.d, put up for the time of the installation only.
install_packages() {
  local policy=/usr/sbin/policy-rc.d has_policy=no status=0
  if [[ " ${missing[*]} " == *" nginx-light "* && ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    has_policy=yes
    # shellcheck disable=SC2064  # the words of now are meant
    trap "${as_root[*]} rm -f $policy" EXIT
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
    --no-install-recommends "${missing[@]}" </dev/null || status=$?
  if [[ $has_policy == yes ]]; then
    "${as_root[@]}" rm -f "$policy"
    trap - EXIT
    # Nor after the next boot.
    if [[ -d /run/systemd/system ]]; then
      "${as_root[@]}" systemctl disable --quiet nginx || true
    fi
  fi
  return "$status"
}

if [[ ${1:-} == --list ]]; then
  shift
  for set_name in "$@"; do packages_of "$set_name" | tr ' ' '\n'; done
  exit 0
fi
if (($# == 0)); then
  echo "usage: packaging/dependencies.sh [--list] build|tests|samples|bench..." >&2
  exit 2
fi

if ! command -v dpkg-query >/dev/null; then
  missing=()
  for set_name in "$@"; do read -r -a missing <<<"${missing[*]} $(packages_of "$set_name")"; done
  give_up "this is not Debian, so it cannot be told what is installed"
fi

missing=()
for set_name in "$@"; do
  names=$(packages_of "$set_name")
  for name in $names; do
    is_installed "$name" || missing+=("$name")
  done
done
((${#missing[@]} == 0)) && exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || give_up "not root, and there is no sudo"
  as_root=(sudo)
  # Without a terminal sudo may not ask for a password.
  [[ -t 0 ]] || as_root=(sudo -n)
  "${as_root[@]}" true || give_up "not root, and sudo refuses"
fi

echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -q </dev/null || give_up "apt-get update failed"
install_packages || give_up "apt-get install failed"
