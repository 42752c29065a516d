// The `filter` stage: frames through a filter graph of libavfilter.
#pragma once

#include <optional>

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "../av/sample_clock.hpp"
#include "filter_graph.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kFilterOptions[] = {
    {.name = "graph",
     .type = OptionType::text,
     .help = "a filter graph as the ffmpeg tool's -vf and -af take it, with one input and one "
             "output"},
};

/// One graph a job, since filters keep what they have seen; a new one when frames change their
/// shape.
class FilterStage final : public GeneratorStage {
 public:
  /// Throws for a graph that FFmpeg refuses, or that has not one input and one output.
  FilterStage(StageContext& context, const Options& options);
  Generator<Item> process(Item in) override;
  Generator<Item> finish_items() override;

 private:
  AvFramePtr take_frame(const Item& in);
  bool is_to_be_replaced(const AVFrame& frame) const noexcept;
  void push(AvFramePtr frame);
  void push_end();
  PayloadRef pull();

  StageContext& context_;
  const std::string text_;
  LogSink sink_;
  const GraphEnds ends_;
  std::optional<FilterGraph> graph_;  // none before the first frame
  SampleClock clock_;
  Item carrier_;  // the last frame's item, without the frame
};

}  // namespace capstan::ffmpeg
