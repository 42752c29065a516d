// JPEGs of every shape, for tests: made by libjpeg from a synthetic picture.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <jpeglib.h>

namespace capstan::ffmpeg {

struct JpegShape {
  int width = 320, height = 240;
  int across = 2, down = 2;  ///< luma's sampling factors
  J_COLOR_SPACE colors = JCS_YCbCr;
  bool is_progressive = false;
  int restart_rows = 0;
};

/// The bytes of a picture with gradients, edges and fine texture in every component.
inline std::string make_jpeg(const JpegShape& shape) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long n_bytes = 0;
  jpeg_mem_dest(&info, &bytes, &n_bytes);
  const int n = shape.colors == JCS_GRAYSCALE ? 1 : shape.colors == JCS_CMYK ? 4 : 3;
  info.image_width = static_cast<JDIMENSION>(shape.width);
  info.image_height = static_cast<JDIMENSION>(shape.height);
  info.input_components = n;
  info.in_color_space = shape.colors;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, shape.colors);
  jpeg_set_quality(&info, 90, TRUE);
  info.comp_info[0].h_samp_factor = shape.across;
  info.comp_info[0].v_samp_factor = shape.down;
  info.restart_in_rows = shape.restart_rows;
  if (shape.is_progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<JSAMPLE> line(static_cast<std::size_t>(shape.width * n));
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      for (int c = 0; c < n; ++c) {
        const int waves = (x * (c + 3) + y * (5 - c)) % 97 + ((x / 16 + y / 16 + c) % 2) * 60;
        line[static_cast<std::size_t>(x * n + c)] = static_cast<JSAMPLE>(waves + x * 90 / 321);
      }
    }
    JSAMPROW row = line.data();
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string made(reinterpret_cast<const char*>(bytes), n_bytes);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return made;
}

}  // namespace capstan::ffmpeg
