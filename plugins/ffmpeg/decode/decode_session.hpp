// The work of `decode` on one item.
#pragma once

#include <optional>

#include "../av/av_log.hpp"
#include "../av/limits.hpp"
#include "../quick/quick_input.hpp"
#include "../sampling/sampler.hpp"
#include "../sampling/selected_frames.hpp"

namespace capstan::ffmpeg {

/// Reader, log and clock of one item. Home: one worker at a time; lives across yields, which no
/// call of it does.
class DecodeSession {
 public:
  /// Opens the item's input. The context and what the request refers to outlive this.
  DecodeSession(StageContext& context, const Item& item, const Request& request);
  ~DecodeSession() { charge(0); }
  DecodeSession(const DecodeSession&) = delete;
  DecodeSession& operator=(const DecodeSession&) = delete;

  /// The next wanted frame; none at the end. Within work().
  Decoded next();

  /// Runs `job` with FFmpeg's log going to the item's stage and its time counted. All that calls
  /// FFmpeg stands within. Throws what `job` throws, or the time limit.
  template <class Job>
  auto work(Job job) {
    LogScope scope(sink_);
    clock_.start();
    const Stopped stopped{clock_};
    try {
      return job();
    } catch (const Cancelled&) {
      throw_if_late();
      throw;
    }
  }

  const AVFormatContext& container() const noexcept {
    return quick_ ? quick_->container() : reader_->input().context();
  }
  /// Where in the pictures the wanted part lies, when the rest was not decoded.
  std::optional<Placement> placement() const { return quick_ ? quick_->placement() : std::nullopt; }
  /// What was broken in what was read.
  Damage damage() const { return quick_ ? Damage() : reader_->damage(); }

 private:
  struct Stopped {
    WorkClock& clock;
    ~Stopped() { clock.stop(); }
  };
  void open(const InputSource& source, const Request& request);
  void throw_if_late() const;
  void charge(std::size_t held_bytes) noexcept;

  StageContext& context_;
  const std::function<bool()> is_cancelled_;
  LogSink sink_;
  WorkClock clock_;
  std::unique_ptr<QuickInput> quick_;  // or else:
  std::unique_ptr<FrameReader> reader_;
  std::optional<Sampler> sampler_;          // of the rule `at`
  std::optional<SelectedFrames> selected_;  // of the others, unless all frames are wanted
  std::size_t n_charged_bytes_ = 0;
};

}  // namespace capstan::ffmpeg
