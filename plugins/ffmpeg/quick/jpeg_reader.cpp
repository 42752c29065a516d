#include "jpeg_reader.hpp"

#include <algorithm>
#include <cstring>

#include "../picture/exif.hpp"
#include "../picture/jpeg_errors.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr int kMaxReadComponents = 3;
constexpr int kMaxReadRows = 4 * DCTSIZE;  // of one component in one row of MCUs

// libjpeg calls it as it works: a picture may have thousands of scans.
struct ProgressMonitor {
  jpeg_progress_mgr base;
  const std::function<bool()>* is_cancelled;
};

void note_progress(j_common_ptr info) {
  const auto* monitor = reinterpret_cast<const ProgressMonitor*>(info->progress);
  if ((*monitor->is_cancelled)()) JpegErrors::leave(info);
}

/// Subsampling, as libav* names it, by how many luma samples share a chroma sample.
AVPixelFormat format_of(int across, int down) {
  if (across == 1 && down == 1) return AV_PIX_FMT_YUVJ444P;
  if (across == 2 && down == 1) return AV_PIX_FMT_YUVJ422P;
  if (across == 2 && down == 2) return AV_PIX_FMT_YUVJ420P;
  if (across == 1 && down == 2) return AV_PIX_FMT_YUVJ440P;
  if (across == 4 && down == 1) return AV_PIX_FMT_YUVJ411P;
  return AV_PIX_FMT_NONE;
}

AVPixelFormat stored_format(const jpeg_decompress_struct& info) {
  if (info.data_precision != 8 || info.arith_code) return AV_PIX_FMT_NONE;
  const jpeg_component_info* component = info.comp_info;
  if (info.num_components == 1 && info.jpeg_color_space == JCS_GRAYSCALE) return AV_PIX_FMT_GRAY8;
  if (info.num_components != 3 || info.jpeg_color_space != JCS_YCbCr) return AV_PIX_FMT_NONE;
  for (int i = 1; i < kMaxReadComponents; ++i) {
    if (component[i].h_samp_factor != 1 || component[i].v_samp_factor != 1) return AV_PIX_FMT_NONE;
  }
  return format_of(component[0].h_samp_factor, component[0].v_samp_factor);
}

/// The format at the scale that was chosen: chroma may have come nearer to luma.
AVPixelFormat scaled_format(const jpeg_decompress_struct& info) {
  if (info.num_components == 1) return AV_PIX_FMT_GRAY8;
  const jpeg_component_info& luma = info.comp_info[0];
  const int chroma_size = info.comp_info[1].DCT_scaled_size;
  return format_of(luma.h_samp_factor * luma.DCT_scaled_size / chroma_size,
                   luma.v_samp_factor * luma.DCT_scaled_size / chroma_size);
}

/// Markers by which libavcodec's decoder does something else: fields of AVI, pictures upside down,
/// limited range.
bool is_special(const jpeg_marker_struct& marker) {
  const auto begins_with = [&](const char* text) {
    const std::size_t n = std::strlen(text);
    return marker.data_length >= n && std::memcmp(marker.data, text, n) == 0;
  };
  if (marker.marker == JPEG_APP0) return begins_with("AVI1");
  if (marker.marker != JPEG_COM) return false;
  return begins_with("CS=ITU601") || begins_with("Intel(R) JPEG Library") ||
         begins_with("Metasoft MJPEG Codec");
}

int orientation_of(const jpeg_decompress_struct& info) {
  for (const auto* marker = info.marker_list; marker; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1) continue;
    const int orientation = exif_orientation(marker->data, marker->data_length);
    if (orientation != 1) return orientation;
  }
  return 1;
}

/// By JFIF's density, also of the short segments that libjpeg takes for no JFIF; 0/1 for none.
AVRational pixel_shape_of(const jpeg_decompress_struct& info) {
  constexpr unsigned kDensity = 8, kDensityEnd = 12;
  for (const auto* marker = info.marker_list; marker; marker = marker->next) {
    if (marker->marker != JPEG_APP0 || marker->data_length < kDensityEnd) continue;
    if (std::memcmp(marker->data, "JFIF", 5) != 0) continue;
    const JOCTET* at = marker->data + kDensity;
    const AVRational shape{at[0] << 8 | at[1], at[2] << 8 | at[3]};
    if (shape.num > 0 && shape.den > 0) return shape;
  }
  return {0, 1};
}

int ceil_div(int a, int b) { return (a + b - 1) / b; }

/// Sides of a row of MCUs, in pixels of the scale that was chosen.
int mcu_width(const jpeg_decompress_struct& info) {
  return info.max_h_samp_factor * info.min_DCT_scaled_size;
}
int mcu_height(const jpeg_decompress_struct& info) {
  return info.max_v_samp_factor * info.min_DCT_scaled_size;
}

/// Room for whole MCUs, into which libjpeg writes straight.
AvFramePtr make_frame(const jpeg_decompress_struct& info, AVPixelFormat format, int n_mcu_rows) {
  AvFramePtr frame = make_av_frame();
  const int width = mcu_width(info);
  frame->format = format;
  frame->width = ceil_div(static_cast<int>(info.output_width), width) * width;
  frame->height = n_mcu_rows * mcu_height(info);
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  return frame;
}

/// As libavcodec's decoder describes its pictures.
void describe(AVFrame& frame) {
  const bool is_gray = frame.format == AV_PIX_FMT_GRAY8;
  frame.color_range = is_gray ? AVCOL_RANGE_UNSPECIFIED : AVCOL_RANGE_JPEG;
  frame.colorspace = AVCOL_SPC_BT470BG;
  frame.chroma_location = AVCHROMA_LOC_CENTER;
  frame.pict_type = AV_PICTURE_TYPE_I;
  detail::set_key_frame(frame, true);
}

/// The area from where chroma samples begin to where they end.
JpegArea widened_to_chroma(const JpegArea& area, int denominator, AVPixelFormat format, int width,
                           int height) {
  const AVPixFmtDescriptor& about = *av_pix_fmt_desc_get(format);
  const int across = denominator << about.log2_chroma_w, down = denominator << about.log2_chroma_h;
  JpegArea wide;
  wide.left = area.left / across * across;
  wide.top = area.top / down * down;
  wide.width = std::min(ceil_div(area.left + area.width, across) * across, width) - wide.left;
  wide.height = std::min(ceil_div(area.top + area.height, down) * down, height) - wide.top;
  return wide;
}

/// Makes a frame of whole MCUs, the first of them in line `first_line`, show the area alone.
void cut(AVFrame& frame, const JpegArea& area, int denominator, int first_line) {
  const AVPixFmtDescriptor& about = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  const int left = area.left / denominator, top = area.top / denominator;
  for (int i = 0; i < about.nb_components; ++i) {
    const int shift_x = i == 0 ? 0 : about.log2_chroma_w,
              shift_y = i == 0 ? 0 : about.log2_chroma_h;
    frame.data[i] += std::ptrdiff_t{(top - first_line) >> shift_y} * frame.linesize[i];
    frame.data[i] += left >> shift_x;
  }
  frame.width = ceil_div(area.left + area.width, denominator) - left;
  frame.height = ceil_div(area.top + area.height, denominator) - top;
}

}  // namespace

struct JpegReader::Decompressor {
  explicit Decompressor(std::function<bool()> cancelled) : is_cancelled(std::move(cancelled)) {
    errors.attach(reinterpret_cast<jpeg_common_struct&>(info));
    jpeg_create_decompress(&info);
    monitor.base.progress_monitor = note_progress;
    monitor.is_cancelled = &is_cancelled;
    info.progress = &monitor.base;
    for (const int marker : {JPEG_APP0, JPEG_APP0 + 1, JPEG_COM}) {
      jpeg_save_markers(&info, marker, 0xFFFF);
    }
  }
  ~Decompressor() { jpeg_destroy_decompress(&info); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  bool is_clean() const noexcept { return errors.first[0] == 0; }

  bool read_header(const std::uint8_t* bytes, std::size_t n_bytes) {
    errors.first[0] = 0;
    if (setjmp(errors.way_out) != 0) return false;
    jpeg_abort_decompress(&info);
    jpeg_mem_src(&info, bytes, n_bytes);
    jpeg_read_header(&info, TRUE);
    return is_clean();
  }

  bool start(int denominator) {
    if (setjmp(errors.way_out) != 0) return false;
    info.scale_num = 1;
    info.scale_denom = static_cast<unsigned>(denominator);
    info.raw_data_out = TRUE;
    info.out_color_space = info.jpeg_color_space;
    jpeg_start_decompress(&info);
    return is_clean();
  }

  /// MCU rows from `first` up to `end`, into the frame. Those before are parsed, and their blocks
  /// left untransformed, which libjpeg does for components that nobody needs; those behind are not
  /// looked at.
  bool read_rows(const AVFrame& frame, int first, int end) {
    if (setjmp(errors.way_out) != 0) return false;
    for (int row = 0; row < end; ++row) {
      for (int i = 0; i < info.num_components; ++i) {
        jpeg_component_info& component = info.comp_info[i];
        component.component_needed = row >= first ? TRUE : FALSE;
        const int n_rows = component.v_samp_factor * component.DCT_scaled_size;
        const std::ptrdiff_t top = std::max(row - first, 0) * n_rows;
        for (int y = 0; y < n_rows; ++y) {
          rows[i][y] = frame.data[i] + (top + y) * frame.linesize[i];
        }
      }
      jpeg_read_raw_data(&info, components, static_cast<JDIMENSION>(mcu_height(info)));
      if (!is_clean()) return false;
    }
    if (info.output_scanline >= info.output_height) jpeg_finish_decompress(&info);
    return is_clean();
  }

  const std::function<bool()> is_cancelled;
  JpegErrors errors{};
  ProgressMonitor monitor{};
  jpeg_decompress_struct info{};
  JSAMPROW rows[kMaxReadComponents][kMaxReadRows] = {};
  JSAMPARRAY components[kMaxReadComponents] = {rows[0], rows[1], rows[2]};
  // libjpeg forgets its markers at the end of a picture.
  int orientation = 1;
  AVRational pixel_shape{0, 1};
};

JpegReader::JpegReader(std::function<bool()> is_cancelled)
    : decompressor_(std::make_unique<Decompressor>(std::move(is_cancelled))) {}
JpegReader::~JpegReader() = default;

std::optional<JpegHeader> JpegReader::open(const std::uint8_t* bytes, std::size_t n_bytes) {
  if (!decompressor_->read_header(bytes, n_bytes)) return std::nullopt;
  const jpeg_decompress_struct& info = decompressor_->info;
  for (const auto* marker = info.marker_list; marker; marker = marker->next) {
    if (is_special(*marker)) return std::nullopt;
  }
  JpegHeader header;
  header.width = static_cast<int>(info.image_width);
  header.height = static_cast<int>(info.image_height);
  header.format = stored_format(info);
  header.orientation = decompressor_->orientation = orientation_of(info);
  header.pixel_shape = decompressor_->pixel_shape = pixel_shape_of(info);
  if (header.format == AV_PIX_FMT_NONE) return std::nullopt;
  return header;
}

std::optional<JpegPicture> JpegReader::decode(int denominator, std::optional<JpegArea> area) {
  if (!decompressor_->start(denominator)) return std::nullopt;
  const jpeg_decompress_struct& info = decompressor_->info;
  const AVPixelFormat format = scaled_format(info);
  if (format == AV_PIX_FMT_NONE) return std::nullopt;
  const int width = static_cast<int>(info.image_width);
  const int height = static_cast<int>(info.image_height);
  const JpegArea shown = widened_to_chroma(area.value_or(JpegArea{0, 0, width, height}),
                                           denominator, format, width, height);
  const int first = shown.top / denominator / mcu_height(info);
  const int bottom = ceil_div(shown.top + shown.height, denominator);
  const int end = ceil_div(bottom, mcu_height(info));
  AvFramePtr frame = make_frame(info, format, end - first);
  if (!decompressor_->read_rows(*frame, first, end)) return std::nullopt;
  describe(*frame);
  frame->sample_aspect_ratio = decompressor_->pixel_shape;
  set_orientation(*frame, decompressor_->orientation);
  cut(*frame, shown, denominator, first * mcu_height(info));
  return JpegPicture{std::move(frame), shown};
}

const char* JpegReader::warning() const noexcept { return decompressor_->errors.first; }

int jpeg_denominator(const pixels::Rect& part, Dimensions wanted) noexcept {
  for (const int denominator : {8, 4, 2}) {
    const bool divides = (part.x | part.y | part.width | part.height) % denominator == 0;
    if (divides && part.width / denominator >= kJpegMargin * wanted.width &&
        part.height / denominator >= kJpegMargin * wanted.height) {
      return denominator;
    }
  }
  return 1;
}

}  // namespace capstan::ffmpeg
