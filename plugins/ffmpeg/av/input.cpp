#include "input.hpp"

#include <capstan/sdk/stage.hpp>

#include <algorithm>
#include <vector>

#include "av_error.hpp"
#include "av_log.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr const char* kUnknownFormat = "the input is of no media format that FFmpeg knows";

bool reads_other_files(const AVInputFormat& format) {
  return std::string_view(format.name) == "concat";  // opens its files past `io_open`
}

/// libavformat seeks by decoding time in most containers, and a frame is decoded before it is
/// shown: the ffmpeg tool goes this much further back where frames are reordered.
std::int64_t reordering_margin_us(const AVFormatContext& context) {
  if ((context.iformat->flags & AVFMT_SEEK_TO_PTS) != 0) return 0;
  for (unsigned i = 0; i < context.nb_streams; ++i) {
    if (context.streams[i]->codecpar->video_delay > 0) return 3 * AV_TIME_BASE / 23;
  }
  return 0;
}

bool is_image_demuxer(const AVFormatContext& context) {
  const std::string_view name = context.iformat->name;
  return name == "image2" || name.ends_with("_pipe");
}

/// One that needs no look ahead: its decoder tells all, and the file holds nothing else.
bool is_usual_image(const AVFormatContext& context) {
  constexpr AVCodecID kUsual[] = {AV_CODEC_ID_BMP, AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG,
                                  AV_CODEC_ID_TIFF, AV_CODEC_ID_WEBP};
  if (!is_image_demuxer(context) || context.nb_streams != 1) return false;
  const AVCodecID codec = context.streams[0]->codecpar->codec_id;
  return std::find(std::begin(kUsual), std::end(kUsual), codec) != std::end(kUsual);
}

struct Dictionary {
  AVDictionary* entries = nullptr;
  ~Dictionary() { av_dict_free(&entries); }
};

}  // namespace

Input::Input(const InputSource& source, const Limits& limits,
             const std::function<bool()>& is_cancelled, Probing probing)
    : is_cancelled_(is_cancelled), limits_(limits), opener_(source) {
  limits.check_bytes(source.size_bytes());
  open(source);
  if (source.is_url() && context_->pb) {
    const std::int64_t announced = avio_size(context_->pb);
    if (announced > 0) limits.check_bytes(static_cast<std::uint64_t>(announced));
  }
  if (probing == Probing::whole || !is_usual_image(*context_)) probe_streams();
  limits.check_streams(context_->nb_streams);
  if (has_duration()) limits.check_duration(std::chrono::microseconds(duration_us()));
}

// Probing decodes a frame where the container does not tell enough, so the limit holds here too.
void Input::probe_streams() {
  limits_.check_streams(context_->nb_streams);
  std::vector<Dictionary> options(context_->nb_streams);
  std::vector<AVDictionary*> entries;
  entries.reserve(options.size());
  for (Dictionary& dictionary : options) {
    av_dict_set_int(&dictionary.entries, "max_pixels", limits_.max_pixels, 0);
    entries.push_back(std::exchange(dictionary.entries, nullptr));
  }
  const int result =
      avformat_find_stream_info(context_.get(), entries.empty() ? nullptr : entries.data());
  for (std::size_t i = 0; i < options.size(); ++i) options[i].entries = entries[i];
  opener_.check(*context_);
  check(result, "the input's streams could not be read");
}

void Input::open(const InputSource& source) {
  AvUnopenedContextPtr unopened(require(avformat_alloc_context()));
  AVFormatContext* context = unopened.get();
  context->interrupt_callback.opaque = &is_cancelled_;
  context->interrupt_callback.callback = [](void* opaque) {
    return (*static_cast<std::function<bool()>*>(opaque))() ? 1 : 0;
  };
  // One more than may be, so that too many are seen; the demuxer makes no stream beyond.
  context->max_streams = std::min(limits_.max_streams, INT32_MAX - 1) + 1;
  Dictionary options;
  opener_.attach(*context, &options.entries);
  // Without it a picture named "a%03d.jpg" is a pattern for other files.
  av_dict_set(&options.entries, "pattern_type", "none", 0);
  const AVInputFormat* format = nullptr;
  if (source.buffer().size() > 0) {
    memory_ = std::make_unique<MemoryIo>(source.buffer());
    context->pb = memory_->context();
    format = probe(source);
    if (format && std::string_view(format->name) == "jpeg_pipe") {
      // All of it is one picture, as it is when read from a file; else the previews that cameras
      // append would be frames of their own.
      av_dict_set_int(&options.entries, "frame_size",
                      static_cast<std::int64_t>(source.buffer().size()), 0);
    }
    if (!format) throw std::runtime_error(kUnknownFormat);
  }
  static_cast<void>(unopened.release());
  const int result = avformat_open_input(&context, opener_.url().c_str(), format, &options.entries);
  if (result < 0) opener_.check_refusal();
  if (result == AVERROR_INVALIDDATA && LogScope::last_error().empty()) {
    throw std::runtime_error(kUnknownFormat);
  }
  check(result, "the input could not be opened");  // frees the context on failure
  context_.reset(context);
  if (reads_other_files(*context_->iformat)) {
    throw std::runtime_error(InputOpener::kOtherFiles);
  }
}

const AVInputFormat* Input::probe(const InputSource& source) {
  for (const std::string& name : {source.name(), std::string()}) {
    const AVInputFormat* format = nullptr;
    const int score =
        av_probe_input_buffer2(memory_->context(), &format, name.c_str(), nullptr, 0, 0);
    // A demuxer that opens files by itself has been misled by the name.
    if (score >= 0 && format && (format->flags & AVFMT_NOFILE) == 0) return format;
  }
  return nullptr;
}

bool Input::is_image() const noexcept { return is_image_demuxer(*context_); }

int Input::read(AVPacket& packet) {
  const int result = av_read_frame(context_.get(), &packet);
  if (!opener_.source().is_url() || result < 0) return result;
  // Servers need not say how much will come, and live ones do not know.
  n_bytes_read_ = context_->pb ? static_cast<std::uint64_t>(context_->pb->bytes_read)
                               : n_bytes_read_ + static_cast<std::uint64_t>(packet.size);
  limits_.check_bytes(n_bytes_read_);
  return result;
}

bool Input::seek(std::int64_t time_us) noexcept {
  const std::int64_t place = time_us - reordering_margin_us(*context_);
  return avformat_seek_file(context_.get(), -1, INT64_MIN, place, place, 0) >= 0;
}

bool Input::seek_to_packet(const AVStream& stream, std::int64_t pts, std::int64_t dts) noexcept {
  const bool is_by_pts = (context_->iformat->flags & AVFMT_SEEK_TO_PTS) != 0;
  const std::int64_t place = is_by_pts || dts == AV_NOPTS_VALUE ? pts : std::min(pts, dts);
  return avformat_seek_file(context_.get(), stream.index, INT64_MIN, place, place, 0) >= 0;
}

std::int64_t Input::start_us() const noexcept {
  return context_->start_time == AV_NOPTS_VALUE ? 0 : context_->start_time;
}

bool Input::has_duration() const noexcept {
  return context_->duration != AV_NOPTS_VALUE && context_->duration > 0 &&
         context_->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE;
}

std::int64_t Input::measure_duration_us() {
  std::int64_t end_us = start_us();
  std::vector<std::int64_t> stream_ends(context_->nb_streams, 0);  // in the stream's unit
  AvPacketPtr packet = make_av_packet();
  while (read(*packet) >= 0) {
    if (is_cancelled_()) throw Cancelled();
    const auto stream = static_cast<std::size_t>(packet->stream_index);
    stream_ends.resize(context_->nb_streams, 0);  // streams may turn up late
    const std::int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    if (time != AV_NOPTS_VALUE) stream_ends[stream] = time;
    stream_ends[stream] += packet->duration;  // all that raw streams tell
    const AVRational unit = context_->streams[stream]->time_base;
    end_us = std::max(end_us, av_rescale_q(stream_ends[stream], unit, AV_TIME_BASE_Q));
    av_packet_unref(packet.get());
  }
  return end_us - start_us();
}

}  // namespace capstan::ffmpeg
