#!/usr/bin/env bash
# Makes small media samples, good and bad ones, with the ffmpeg tool.
# usage: make_samples.sh OUTDIR
#
# Everything is synthetic and takes a few seconds. Done once: OUTDIR/.done marks a whole set.
set -euo pipefail

if (($# != 1)); then
  echo "usage: $0 OUTDIR" >&2
  exit 2
fi
stamp=$(cksum <"${BASH_SOURCE[0]}")
mkdir -p "$1"
cd "$1"
if [[ -f .done && $(<.done) == "$stamp" ]]; then exit 0; fi

make() { ffmpeg -nostdin -v error -y "$@"; }
picture="testsrc2=size=320x240:rate=25"
sound="sine=frequency=440:sample_rate=44100"
x264=(-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 12 -bf 2)

# Video.
make -f lavfi -i "$picture:duration=4" -f lavfi -i "$sound:duration=4" "${x264[@]}" -c:a aac clip.mp4
make -i clip.mp4 -c copy clip.mkv
make -i clip.mp4 -map 0:v -c copy clip.ts
make -i clip.mp4 -map 0:v -c copy -bsf:v h264_mp4toannexb -f h264 clip.264
# Starts inside a group of pictures: an edit list hides the frames before.
make -ss 1.3 -i clip.mp4 -c copy -map 0:v edit_list.mp4
make -display_rotation 90 -i clip.mp4 -map 0:v -c copy rotated.mp4 2>/dev/null ||
  make -i clip.mp4 -map 0:v -c copy -metadata:s:v rotate=90 rotated.mp4
make -f lavfi -i "$picture:duration=2" -vf "select='not(mod(n,3))+lt(n,10)'" -fps_mode vfr \
  "${x264[@]}" vfr.mp4
make -f lavfi -i "testsrc2=size=321x239:rate=10:duration=1" -c:v libx264 -preset ultrafast \
  -pix_fmt yuv444p odd_size.mp4
make -f lavfi -i "$picture:duration=1" -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le \
  ten_bit.mkv
make -f lavfi -i "$picture:duration=0.2" -vf scale=out_color_matrix=bt709,format=yuv420p \
  -c:v libx264 -preset ultrafast -colorspace bt709 bt709.mp4
make -f lavfi -i "$picture:duration=1" -c:v libvpx-vp9 -deadline realtime -cpu-used 8 clip.webm
make -f lavfi -i "$picture:duration=2" -c:v mpeg4 -bf 2 clip.avi
make -i clip.mp4 -map 0:v -c copy -movflags +faststart faststart.mp4
# Groups of pictures of all kinds: a single one, open ones, interlaced ones.
make -f lavfi -i "$picture:duration=4" "${x264[@]}" -g 1000 -keyint_min 1000 -sc_threshold 0 \
  one_keyframe.mp4
make -f lavfi -i "$picture:duration=4" -c:v libx264 -preset veryfast -g 12 -bf 3 \
  -x264-params open-gop=1:scenecut=0 open_gop.mp4
make -f lavfi -i "$picture:duration=4" -c:v libx265 -preset ultrafast -tag:v hvc1 \
  -x265-params log-level=error:open-gop=1:keyint=12:bframes=3 open_gop_hevc.mp4
make -i open_gop_hevc.mp4 -c copy hevc.ts
make -f lavfi -i "$picture:duration=1" -c:v mpeg2video -flags +ildct+ilme -g 12 interlaced.mkv

# A title, a language, chapters.
{
  printf ';FFMETADATA1\ntitle=A Film\nartist=Somebody\n'
  printf '[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=First\n'
  printf '[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Second\n'
} >tags.txt
make -t 2 -i clip.mp4 -i tags.txt -map 0 -c copy -map_metadata 1 -metadata:s:a language=fra \
  tagged.mkv

# Pictures.
make -f lavfi -i "testsrc2=size=320x240:rate=1:duration=1" -frames:v 1 -q:v 2 photo.jpg
make -i photo.jpg -pix_fmt gray gray.png
make -i photo.jpg -pix_fmt rgb48be deep.png
make -f lavfi -i "color=red@0.5:size=64x48:duration=1,format=rgba" -frames:v 1 alpha.png
make -f lavfi -i "testsrc=size=64x48:rate=5:duration=1" animated.gif
make -i photo.jpg -c:v libwebp photo.webp
# The same photo with EXIF orientation 6 (turn right) behind its SOI marker.
{
  head -c 2 photo.jpg
  printf '\377\341\000\042Exif\000\000MM\000\052\000\000\000\010\000\001\001\022\000\003'
  printf '\000\000\000\001\000\006\000\000\000\000\000\000'
  tail -c +3 photo.jpg
} >turned.jpg

# Sound.
make -f lavfi -i "$sound:duration=1" tone.wav
make -i tone.wav tone.flac
make -i tone.wav -i photo.jpg -map 0 -map 1 -c:v mjpeg -disposition:v attached_pic cover.mp3

# Names and numbers about them.
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=Eins\n' >chapters.txt
printf '[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=1000\ntitle=Zwei\n' >>chapters.txt
make -i tone.wav -i chapters.txt -map_chapters 1 -c copy -disposition:a default -metadata:s:a language=deu \
  chapters.mkv
make -i tone.wav -c:a aac -metadata title="$(printf 'Caf\351')" latin1.mp4

# Bad ones.
: >empty.mp4
: >empty.jpg
echo "This is not a film." >text.mp4
head -c $(($(wc -c <clip.mp4) / 2)) clip.mp4 >no_moov.mp4
head -c $(($(wc -c <faststart.mp4) / 2)) faststart.mp4 >truncated.mp4
head -c $(($(wc -c <clip.mkv) / 2)) clip.mkv >truncated.mkv
head -c $(($(wc -c <photo.jpg) / 2)) photo.jpg >truncated.jpg
# Damage everywhere, about which FFmpeg has a lot to say.
make -i faststart.mp4 -map 0:v -c copy -bsf:v noise=amount=400 noise.mp4
# A hole in the middle of the pictures.
cp faststart.mp4 damaged.mp4
printf '%0600d' 0 | dd of=damaged.mp4 bs=1 seek=$(($(wc -c <damaged.mp4) / 2)) conv=notrunc \
  status=none
printf 'ffconcat version 1.0\nfile clip.mp4\n' >list.ffconcat
printf '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nclip.ts\n#EXT-X-ENDLIST\n' >playlist.m3u8
cp photo.jpg 'frame%03d.jpg'

echo "$stamp" >.done
