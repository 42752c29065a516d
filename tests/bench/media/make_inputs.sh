#!/usr/bin/env bash
# Makes the synthetic inputs of the work `media` with the ffmpeg tool.
# usage: make_inputs.sh OUTDIR
#
# Pictures that move, with noise, so that codecs have to work as they do for a camera's. Done once:
# OUTDIR/.done marks a whole set. The benchmark names each file several times (inputs.py).
set -euo pipefail

if (($# != 1)); then
  echo "usage: $0 OUTDIR" >&2
  exit 2
fi
stamp=$(cksum <"${BASH_SOURCE[0]}")
mkdir -p "$1"
cd "$1"
if [[ -f .done && $(<.done) == "$stamp" ]]; then exit 0; fi
mkdir -p hd sd long photos sound

make() { ffmpeg -nostdin -v error -y "$@"; }

# picture SIZE SECONDS NUMBER: a source of pictures; no two numbers give the same.
picture() {
  echo "testsrc2=size=$1:rate=25:duration=$2,hue=h=$(($3 * 37)):s=0.5,rotate=$3/9+t/20," \
    "noise=alls=6:allf=t:all_seed=$3,format=yuv420p"
}

for n in 1 2 3; do
  make -f lavfi -i "$(picture 1920x1080 3 "$n")" -f lavfi -i "sine=$((n * 220)):duration=3" \
    -c:v libx264 -preset veryfast -crf 24 -c:a aac -ac 2 "hd/$n.mp4"
done
for n in 1 2 3 4 5 6; do
  make -f lavfi -i "$(picture 640x480 4 "$n")" -c:v libx264 -preset fast -g 50 "sd/$n.mp4"
done
for n in 1 2 3; do
  make -f lavfi -i "$(picture 640x480 20 "$n")" -c:v libx264 -preset fast -g 50 "long/$n.mp4"
done
make -f lavfi -i "$(picture 500x375 1 4)" -q:v 3 -pix_fmt yuvj420p photos/%02d.jpg
noise="anoisesrc=color=pink:duration=60:amplitude=0.4:seed=1"
for name in sound.m4a sound.mp3 sound.flac sound.opus; do
  make -f lavfi -i "$noise" -f lavfi -i "sine=440:duration=60" \
    -filter_complex "amerge=inputs=2,aresample=48000" "sound/$name"
done

echo "$stamp" >.done
