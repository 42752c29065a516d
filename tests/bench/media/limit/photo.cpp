// A JPEG: only the columns and rows of the middle square are decoded, at half the size or a quarter
// where that is still large enough; then scaled.
#include <algorithm>
#include <cstdio>

// libjpeg's header wants stdio's types before it.
#include <jpeglib.h>

#include "works.hpp"

namespace bench {

namespace {

struct File {
  explicit File(const std::string& path, const char* mode) : file(std::fopen(path.c_str(), mode)) {
    require(file != nullptr, path.c_str());
  }
  ~File() { std::fclose(file); }
  std::FILE* file;
};

[[noreturn]] void fail(j_common_ptr) { throw std::runtime_error("libjpeg refuses"); }

}  // namespace

void photo_to_tensor(const std::string& path, State& state) {
  const File input(path, "rb");
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = fail;
  jpeg_create_decompress(&jpeg);
  jpeg_stdio_src(&jpeg, input.file);
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  const unsigned side = std::min(jpeg.image_width, jpeg.image_height);
  jpeg.scale_denom = side >= 4 * State::kSide ? 4 : side >= 2 * State::kSide ? 2 : 1;
  jpeg_start_decompress(&jpeg);
  const unsigned square = std::min(jpeg.output_width, jpeg.output_height);
  JDIMENSION x = (jpeg.output_width - square) / 2, width = square;
  const JDIMENSION y = (jpeg.output_height - square) / 2;
  const JDIMENSION wanted_x = x;
  jpeg_crop_scanline(&jpeg, &x, &width);
  if (y > 0) jpeg_skip_scanlines(&jpeg, y);
  AvPtr<AVFrame> frame(av_frame_alloc());
  frame->format = AV_PIX_FMT_RGB24;
  frame->width = static_cast<int>(width);
  frame->height = static_cast<int>(square);
  require(av_frame_get_buffer(frame.get(), 0) >= 0, "no memory");
  for (unsigned row = 0; row < square; ++row) {
    JSAMPROW line = frame->data[0] + static_cast<std::ptrdiff_t>(row) * frame->linesize[0];
    jpeg_read_scanlines(&jpeg, &line, 1);
  }
  jpeg_abort_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  state.to_tensor(*frame, {static_cast<int>(wanted_x - x), 0, static_cast<int>(square),
                           static_cast<int>(square)});
}

void write_jpeg(const AVFrame& picture, const std::string& path) {
  const File output(path, "wb");
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = fail;
  jpeg_create_compress(&jpeg);
  jpeg_stdio_dest(&jpeg, output.file);
  jpeg.image_width = static_cast<JDIMENSION>(picture.width);
  jpeg.image_height = static_cast<JDIMENSION>(picture.height);
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 85, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  for (int y = 0; y < picture.height; ++y) {
    JSAMPROW line = picture.data[0] + static_cast<std::ptrdiff_t>(y) * picture.linesize[0];
    jpeg_write_scanlines(&jpeg, &line, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
}

}  // namespace bench
