#include "quick_jpeg.hpp"

namespace capstan::ffmpeg {

namespace {

// Read into memory whole; what is larger is no photograph.
constexpr std::int64_t kMaxJpegBytes = std::int64_t{64} << 20;

/// What to decode of a picture.
struct View {
  int denominator = 1;
  std::optional<JpegArea> area;
  std::optional<Placement> placement;  ///< of the whole picture
};

/// Only sizes and shape: what a placement depends on.
AVFrame empty_frame_like(const JpegHeader& header, bool is_transposed) {
  AVFrame shape{};
  shape.width = is_transposed ? header.height : header.width;
  shape.height = is_transposed ? header.width : header.height;
  shape.sample_aspect_ratio = header.pixel_shape;
  return shape;
}

View view_of(const JpegHeader& header, const Request& request) {
  const bool is_turned = request.is_rotated && header.orientation != 1;
  const bool is_transposed = is_turned && header.orientation >= 5;
  const bool has_square_pixels = header.pixel_shape.num == header.pixel_shape.den;
  // Chroma of a smaller picture is relatively larger, in another format: not when it is kept.
  const bool may_shrink = request.form.format != AV_PIX_FMT_NONE;
  if (is_transposed && header.pixel_shape.num != 0 && !has_square_pixels) return {};
  const AVFrame shape = empty_frame_like(header, is_transposed);
  const Placement placement = request.form.sizing.place(shape);
  const pixels::Rect& part = placement.part;
  View view;
  if (may_shrink) view.denominator = jpeg_denominator(part, placement.size);
  if (!is_turned) {
    view.area = JpegArea{part.x, part.y, part.width, part.height};
    view.placement = placement;
  } else if (part.width != shape.width || part.height != shape.height) {
    return {};  // the part would have to be turned back first
  }
  return view;
}

/// The placement in the picture that was decoded.
Placement moved(Placement placement, const JpegArea& decoded, int denominator) {
  pixels::Rect& part = placement.part;
  part = {(part.x - decoded.left) / denominator, (part.y - decoded.top) / denominator,
          part.width / denominator, part.height / denominator};
  return placement;
}

/// Of an input with one frame. Every place is its.
bool takes_first_frame(const Selection& selection) {
  const bool is_one_place = selection.rule == SelectionRule::at && selection.positions.size() == 1;
  return selection.is_everything() || (is_one_place && !selection.has_window());
}

}  // namespace

bool QuickJpeg::suits(const Request& request) {
  const ReadSettings& settings = request.settings;
  return request.form.is_bilinear && request.form.sizing.size.width != 0 &&
         takes_first_frame(request.selection) && settings.wants_video && !settings.wants_audio &&
         settings.video_number <= 0 && settings.video_options.empty();
}

std::unique_ptr<QuickInput> QuickJpeg::open(const InputBytes& bytes, const Request& request,
                                            const std::function<bool()>& is_cancelled) {
  if (bytes.size() > kMaxJpegBytes) return nullptr;
  std::unique_ptr<QuickJpeg> input(new QuickJpeg);
  const bool is_decoded = input->decode(bytes, request, is_cancelled);
  return is_decoded ? std::move(input) : nullptr;
}

// Time and rate of libavformat's single pictures.
QuickJpeg::QuickJpeg() : QuickInput(AVMEDIA_TYPE_VIDEO, {1, 25}) {
  stream().avg_frame_rate = {25, 1};
}

bool QuickJpeg::decode(const InputBytes& bytes, const Request& request,
                       const std::function<bool()>& is_cancelled) {
  const Buffer all = bytes.read_all();
  JpegReader reader(is_cancelled);
  const auto header = reader.open(reinterpret_cast<const std::uint8_t*>(all.data()), all.size());
  if (!header) return false;
  const std::int64_t n_pixels = std::int64_t{header->width} * header->height;
  if (n_pixels > request.settings.limits.max_pixels) return false;
  const View view = view_of(*header, request);
  auto picture = reader.decode(view.denominator, view.area);
  if (!picture) return false;
  if (view.placement) placement_ = moved(*view.placement, picture->area, view.denominator);
  frame_ = std::move(picture->frame);
  frame_->pts = 0;
  frame_->time_base = stream().time_base;
  detail::set_duration(*frame_, 1);
  return true;
}

}  // namespace capstan::ffmpeg
