// The subject `limit`: only the work, with libav*, libjpeg and our scaler. Two threads take files
// from a list; each does all of a file.
//
//   media_limit CASE LIST [FOLDER]
extern "C" {
#include <libavutil/log.h>
}

#include "bench/media/workers.hpp"
#include "works.hpp"

namespace bench {
namespace {

class Limit : public State {
 public:
  explicit Limit(const Job& job) : State(job.name == "sparse" ? 1 : 16), job_(job) {}

  void work(const std::string& path) {
    index = 0;
    if (job_.name == "decode") return decode_all(path, *this);
    if (job_.name == "tensors") return all_to_tensors(path, *this);
    if (job_.name == "sparse") return some_to_tensors(path, *this);
    if (job_.name == "photos") return photo_to_tensor(path, *this);
    if (job_.name == "audio") return sound(path, *this);
    if (job_.name == "thumbnails") return thumbnail(path, job_.output(path, ".jpg"), *this);
    if (job_.name == "transcode") return transcode(path, job_.output(path, ".mp4"), *this);
    throw std::invalid_argument("no case " + job_.name);
  }

 private:
  const Job& job_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  av_log_set_level(AV_LOG_FATAL);
  return bench::run_subject<bench::Limit>(argc, argv);
}
