#include "sheet_stage.hpp"

#include <charconv>
#include <cstdio>

namespace capstan::ffmpeg {

namespace {

// 200 MB a page: more is a slip of the keyboard.
constexpr std::int64_t kMaxPagePixels = std::int64_t{1} << 26U;

Rgb parse_color(const std::string& text) {
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const bool has_form = text.size() == 7 && text[0] == '#';
  const auto [read, error] = std::from_chars(text.data() + (has_form ? 1 : 0), end, value, 16);
  if (!has_form || error != std::errc() || read != end) {
    throw std::invalid_argument("'background' is '" + text +
                                "': expected a colour such as #202020");
  }
  return {static_cast<std::uint8_t>(value >> 16U), static_cast<std::uint8_t>(value >> 8U),
          static_cast<std::uint8_t>(value)};
}

SheetLayout read_layout(const Options& options) {
  SheetLayout layout;
  layout.cell = options.dimensions("cell");
  layout.columns = static_cast<int>(options.integer("columns"));
  layout.rows = static_cast<int>(options.integer("rows"));
  layout.gap = static_cast<int>(options.integer("gap"));
  layout.background = parse_color(options.text("background"));
  if (layout.cell.width < 1 || layout.cell.height < 1) {
    throw std::invalid_argument("'cell': expected both sides, such as 160x120");
  }
  const std::int64_t width = layout.width(), height = layout.height(layout.rows);
  if (width * height > kMaxPagePixels) {
    throw std::invalid_argument("a page would have " + std::to_string(width) + "x" +
                                std::to_string(height) + " pixels, " +
                                std::to_string(kMaxPagePixels) + " are the most: expected a " +
                                "smaller 'cell', fewer 'columns' or fewer 'rows'");
  }
  return layout;
}

PictureForm form_of(AVPixelFormat format) {
  PictureForm form;
  form.format = format;
  form.is_bilinear = true;
  return form;
}

bool has_alpha(const AVFrame& picture) {
  const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  return about && (about->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
}

}  // namespace

SheetStage::SheetStage(StageContext& context, const Options& options)
    : context_(context),
      layout_(read_layout(options)),
      sink_(context.log()),
      opaque_(form_of(AV_PIX_FMT_RGB24)),
      transparent_(form_of(AV_PIX_FMT_RGBA)) {}

Generator<Item> SheetStage::process(Item in) {
  draw(in);
  in = Item();  // before the stage waits: its pixels are not needed any more
  if (!page_->is_full()) co_return;
  Item page = take_page();
  co_yield page;
}

Generator<Item> SheetStage::finish_items() {
  if (!page_ || page_->n_pictures() == 0) co_return;
  Item page = take_page();
  co_yield page;
}

void SheetStage::draw(const Item& in) {
  LogScope scope(sink_);
  LogScope::clear_error();
  const AvFramePtr picture = to_av_frame(in.get<VideoFrame>());
  if (!page_) {
    page_.emplace(layout_);
    context_.charge(static_cast<std::int64_t>(page_->size_bytes()));
  }
  page_->add(*small(*picture));
  carrier_.absorb(in);
}

// As it lies in its cell. Throws when it can't be converted; then the cell is still the next.
AvFramePtr SheetStage::small(const AVFrame& picture) {
  Placement placement;
  placement.part = {0, 0, picture.width, picture.height};
  placement.size = size_in_cell(picture, layout_.cell);
  return (has_alpha(picture) ? transparent_ : opaque_).make(picture, placement);
}

Item SheetStage::take_page() {
  // From here on the page is a payload, which the engine counts.
  context_.charge(-static_cast<std::int64_t>(page_->size_bytes()));
  const int n_pictures = page_->n_pictures();
  auto picture = wrap_video_frame(page_->take(), AVRational{0, 1});
  page_.reset();
  Item page = std::exchange(carrier_, Item()).with(std::move(picture));
  char number[24];
  std::snprintf(number, sizeof(number), "%03llu", static_cast<unsigned long long>(n_pages_++));
  page.set_meta("sheet.page", number);
  page.set_meta("sheet.pictures", std::to_string(n_pictures));
  return page;
}

}  // namespace capstan::ffmpeg
