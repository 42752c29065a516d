// What libjpeg does about errors: a way out of it, and the first thing it said.
#pragma once

#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

namespace capstan::ffmpeg {

/// libjpeg reports errors by a call that must not return, and no exception may pass through C: the
/// way out is a jump. Between the setjmp and libjpeg nothing with a destructor lives.
struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf way_out;
  char first[JMSG_LENGTH_MAX];  ///< empty: nothing was wrong

  /// For a new compressor or decompressor. Warnings are noted too, and do not end the call.
  void attach(jpeg_common_struct& info) noexcept {
    info.err = jpeg_std_error(&base);
    base.error_exit = leave;
    base.emit_message = note_warning;
    base.output_message = [](j_common_ptr) {};
  }
  void note(j_common_ptr info) noexcept {
    if (first[0] == 0) base.format_message(info, first);
  }
  /// Goes to `way_out`.
  [[noreturn]] static void leave(j_common_ptr info) {
    of(info).note(info);
    std::longjmp(of(info).way_out, 1);
  }

 private:
  static JpegErrors& of(j_common_ptr info) noexcept {
    return *reinterpret_cast<JpegErrors*>(info->err);
  }
  static void note_warning(j_common_ptr info, int level) {
    if (level < 0) of(info).note(info);  // others are traces
  }
};

}  // namespace capstan::ffmpeg
