#include <cstdlib>
#include <cstring>
#include <vector>

#include "encoder.hpp"
#include "jpeg_errors.hpp"
#include "scaler.hpp"

namespace capstan::ffmpeg {

namespace {

/// The compressor, its output and its error text.
struct Compressor {
  Compressor() { errors.attach(reinterpret_cast<jpeg_common_struct&>(info)); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() {
    jpeg_destroy_compress(&info);
    std::free(out);
  }

  JpegErrors errors{};
  jpeg_compress_struct info{};
  unsigned char* out = nullptr;  // malloc'ed by libjpeg
  unsigned long out_size = 0;
};

constexpr int kMaxComponents = 3;
constexpr int kMaxRows = 2 * DCTSIZE;  // of one component in one row of MCUs

/// Rows of one row of MCUs. libjpeg reads whole blocks, past the picture's edges; so the rows are
/// copied here and continued with the edge's own samples.
struct Rows {
  std::vector<JSAMPLE> samples[kMaxComponents];
  JSAMPROW row[kMaxComponents][kMaxRows] = {};
  JSAMPARRAY component[kMaxComponents] = {};
};

void set_up(Compressor& compressor, const AVFrame& picture, int quality) {
  jpeg_compress_struct& info = compressor.info;
  const AVPixFmtDescriptor& about =
      *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &compressor.out, &compressor.out_size);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.input_components = about.nb_components;
  info.in_color_space = about.nb_components == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.raw_data_in = TRUE;
  for (int i = 0; i < info.num_components; ++i) {
    const bool is_luma = i == 0 && info.num_components > 1;
    info.comp_info[i].h_samp_factor = is_luma ? 1 << about.log2_chroma_w : 1;
    info.comp_info[i].v_samp_factor = is_luma ? 1 << about.log2_chroma_h : 1;
  }
  jpeg_start_compress(&info, TRUE);
}

void allocate(Rows& rows, const AVFrame& picture) {
  for (int i = 0; i < kMaxComponents; ++i) {
    const std::size_t width = static_cast<std::size_t>(FFALIGN(picture.width, kMaxRows));
    rows.samples[i].resize(width * kMaxRows);
    for (int y = 0; y < kMaxRows; ++y) {
      rows.row[i][y] = rows.samples[i].data() + width * static_cast<std::size_t>(y);
    }
    rows.component[i] = rows.row[i];
  }
}

/// Fills the rows of component `i` from sample row `top` on.
void fill(Rows& rows, const jpeg_compress_struct& info, const AVFrame& picture, int i, int top) {
  const jpeg_component_info& component = info.comp_info[i];
  const int shift_x = i == 0 || info.max_h_samp_factor == 1 ? 0 : 1;
  const int shift_y = i == 0 || info.max_v_samp_factor == 1 ? 0 : 1;
  const auto width = static_cast<std::size_t>(AV_CEIL_RSHIFT(picture.width, shift_x));
  const int height = AV_CEIL_RSHIFT(picture.height, shift_y);
  const std::size_t padded = component.width_in_blocks * std::size_t{DCTSIZE};
  for (int y = 0; y < component.v_samp_factor * DCTSIZE; ++y) {
    const std::ptrdiff_t from = std::min(top + y, height - 1);
    JSAMPROW row = rows.row[i][y];
    std::memcpy(row, picture.data[i] + from * picture.linesize[i], width);
    std::memset(row + width, row[width - 1], padded - width);
  }
}

void compress(Compressor& compressor, const AVFrame& picture, int quality, Rows& rows) {
  set_up(compressor, picture, quality);
  jpeg_compress_struct& info = compressor.info;
  while (info.next_scanline < info.image_height) {
    const int mcu_row = static_cast<int>(info.next_scanline) / (info.max_v_samp_factor * DCTSIZE);
    for (int i = 0; i < info.num_components; ++i) {
      fill(rows, info, picture, i, mcu_row * info.comp_info[i].v_samp_factor * DCTSIZE);
    }
    jpeg_write_raw_data(&info, rows.component,
                        static_cast<JDIMENSION>(info.max_v_samp_factor * DCTSIZE));
  }
  jpeg_finish_compress(&info);
}

/// False when libjpeg gave up; the reason is in the compressor.
bool try_compress(Compressor& compressor, const AVFrame& picture, int quality, Rows& rows) {
  if (setjmp(compressor.errors.way_out) != 0) return false;
  compress(compressor, picture, quality, rows);
  return true;
}

constexpr AVPixelFormat kColorFormats[] = {AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P,
                                           AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_NONE};

AVPixelFormat jpeg_format(AVPixelFormat format) {
  const AVPixFmtDescriptor& about = *av_pix_fmt_desc_get(format);
  const bool has_alpha = (about.flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  const bool has_palette = (about.flags & AV_PIX_FMT_FLAG_PAL) != 0;
  if (!has_palette && about.nb_components - (has_alpha ? 1 : 0) == 1) return AV_PIX_FMT_GRAY8;
  return avcodec_find_best_pix_fmt_of_list(kColorFormats, format, 0, nullptr);
}

class JpegEncoder final : public Encoder {
 public:
  explicit JpegEncoder(int quality) : quality_(quality) {}
  const char* media_type() const noexcept override { return "image/jpeg"; }
  int max_side() const noexcept override { return JPEG_MAX_DIMENSION; }

  Buffer encode(const AVFrame& picture) override {
    ScaleTarget target;
    target.width = picture.width;
    target.height = picture.height;
    target.format = jpeg_format(static_cast<AVPixelFormat>(picture.format));
    target.matrix = AVCOL_SPC_BT470BG;
    target.range = AVCOL_RANGE_JPEG;
    const AvFramePtr converted = scaler_.convert(picture, target);
    Rows rows;
    allocate(rows, *converted);
    Compressor compressor;
    if (!try_compress(compressor, *converted, quality_, rows)) {
      throw std::runtime_error(std::string("libjpeg: ") + compressor.errors.first);
    }
    unsigned char* out = std::exchange(compressor.out, nullptr);
    return Buffer::adopt(
        out, compressor.out_size, [](void* memory) noexcept { std::free(memory); }, out);
  }

 private:
  int quality_;
  Scaler scaler_;
};

}  // namespace

std::unique_ptr<Encoder> make_jpeg_encoder(int quality) {
  return std::make_unique<JpegEncoder>(quality);
}

}  // namespace capstan::ffmpeg
