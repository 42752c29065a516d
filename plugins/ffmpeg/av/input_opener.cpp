#include "input_opener.hpp"

#include <stdexcept>

extern "C" {
#include <libavutil/opt.h>
}

#include "av_error.hpp"

namespace capstan::ffmpeg {

namespace {

// A server that sends nothing for so long is given up, in microseconds; what `fetch` does too.
constexpr std::int64_t kStallUs = 20'000'000;

/// Where an HTTP server's redirects ended; empty for other protocols.
std::string location_of(AVIOContext& io) {
  std::uint8_t* text = nullptr;
  if (av_opt_get(&io, "location", AV_OPT_SEARCH_CHILDREN, &text) < 0 || !text) return {};
  std::string location(reinterpret_cast<const char*>(text));
  av_free(text);
  return location;
}

}  // namespace

std::string InputOpener::url() const {
  if (source_.is_url()) return source_.url();
  return source_.is_file() ? "file:" + source_.path() : std::string();
}

void InputOpener::attach(AVFormatContext& context, AVDictionary** options) {
  open_plainly_ = std::exchange(context.io_open, &InputOpener::open);
  context.opaque = this;
  // `data:` and `crypto:` are left out: nothing but playlists needs them.
  const char* protocols = "file";
  if (source_.is_url()) {
    const std::string& url = source_.url();
    protocols = protocols_of(url.substr(0, url.find("://")));
    // For RTSP; by UDP, a server could have packets sent to anybody.
    av_dict_set(options, "rtsp_transport", "tcp", 0);
    av_dict_set_int(options, "timeout", kStallUs, 0);
  }
  av_dict_set(options, "protocol_whitelist", protocols, 0);
}

int InputOpener::open(AVFormatContext* context, AVIOContext** io, const char* url, int flags,
                      AVDictionary** options) noexcept {
  auto& self = *static_cast<InputOpener*>(context->opaque);
  try {
    if (!context->url || std::string_view(url) != context->url || (flags & AVIO_FLAG_WRITE) != 0) {
      throw std::runtime_error(kOtherFiles);
    }
    return self.source_.is_url() ? self.open_url(*context, io, options)
                                 : self.open_file(*context, io, options);
  } catch (const std::exception& refused) {
    self.refusal_ = refused.what();
    return AVERROR(EPERM);
  }
}

int InputOpener::open_file(AVFormatContext& context, AVIOContext** io, AVDictionary** options) {
  const OpenedFile file = source_.open();
  // The file that was checked, whatever its name means by now.
  const std::string same = "file:/proc/self/fd/" + std::to_string(file.descriptor());
  return open_plainly_(&context, io, same.c_str(), AVIO_FLAG_READ, options);
}

int InputOpener::open_url(AVFormatContext& context, AVIOContext** io, AVDictionary** options) {
  AVDictionary* own = nullptr;
  if (options) av_dict_copy(&own, *options, 0);
  av_dict_set(&own, "tls_verify", "1", 0);
  av_dict_set_int(&own, "timeout", kStallUs, 0);
  const int result = open_plainly_(&context, io, source_.url().c_str(), AVIO_FLAG_READ, &own);
  av_dict_free(&own);
  if (result < 0) return result;
  const std::string location = location_of(**io);
  try {
    if (!location.empty()) source_.rules().check_host_of(location);
  } catch (const std::exception&) {
    avio_closep(io);
    throw;
  }
  return result;
}

void InputOpener::check_refusal() const {
  if (!refusal_.empty()) throw std::runtime_error(refusal_);
}

void InputOpener::check(const AVFormatContext& context) const {
  check_refusal();
  // An RTSP server may have sent the demuxer elsewhere.
  if (source_.is_url() && context.url) source_.rules().check_host_of(context.url);
}

}  // namespace capstan::ffmpeg
