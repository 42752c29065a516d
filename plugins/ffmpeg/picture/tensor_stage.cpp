#include "tensor_stage.hpp"

namespace capstan::ffmpeg {

namespace {

/// One number for all channels, or three.
std::array<double, 3> channel_values(const Options& options, const std::string& name) {
  std::vector<double> values;
  for (const std::string& text : options.list(name)) values.push_back(*parse_number(text));
  if (values.size() == 1) return {values[0], values[0], values[0]};
  if (values.size() == 3) return {values[0], values[1], values[2]};
  throw std::invalid_argument("'" + name + "': expected one number or three, got " +
                              std::to_string(values.size()));
}

TensorForm form_from(const Options& options) {
  TensorForm form;
  form.sizing = sizing_from(options);
  form.is_planar = options.text("layout") == "chw";
  form.is_float = options.text("dtype") == "float32";
  for (const char* name : {"scale", "mean", "std"}) {
    if (options.has(name) && !form.is_float) {
      throw std::invalid_argument("'" + std::string(name) + "' needs 'dtype: float32'");
    }
  }
  if (options.has("scale")) form.white = options.number("scale");
  if (options.has("mean")) form.mean = channel_values(options, "mean");
  if (options.has("std")) form.std = channel_values(options, "std");
  return form;
}

}  // namespace

TensorStage::TensorStage(StageContext& context, const Options& options)
    : sink_(context.log()), maker_(form_from(options)) {}

Item TensorStage::process(Item in) {
  LogScope scope(sink_);
  LogScope::clear_error();
  const AvFramePtr picture = to_av_frame(in.get<VideoFrame>());
  return std::move(in).with(maker_.make(*picture));
}

}  // namespace capstan::ffmpeg
