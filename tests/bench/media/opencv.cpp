// The subject `opencv c++`: VideoCapture with one thread of FFmpeg's, imread, resize.
#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <set>

#include "bench/media/workers.hpp"

namespace bench {
namespace {

constexpr int kSide = 224;

class OpenCv {
 public:
  explicit OpenCv(const Job& job) : tally(job.name == "sparse" ? 1 : 16), job_(job) {}

  void work(const std::string& path) {
    if (job_.name == "photos") return photo(path);
    cv::VideoCapture capture(path);
    if (!capture.isOpened()) throw std::runtime_error(path + " does not open");
    if (job_.name == "sparse") return sparse(capture);
    if (job_.name == "thumbnails") return thumbnail(path, capture);
    const bool counts = job_.name == "decode";
    for (std::uint64_t index = 0; capture.read(frame_); ++index) {
      counts ? tally.count() : look(frame_, index);
    }
  }

  Tally tally;

 private:
  void look(const cv::Mat& picture, std::uint64_t index) {
    // The area filter is the one that averages when a picture gets smaller.
    cv::resize(picture, small_, {kSide, kSide}, 0, 0, cv::INTER_AREA);
    cv::cvtColor(small_, rgb_, cv::COLOR_BGR2RGB);
    tally.look(rgb_.data, kSide, kSide, static_cast<std::ptrdiff_t>(rgb_.step), index);
  }

  void photo(const std::string& path) {
    cv::Mat whole = cv::imread(path, cv::IMREAD_REDUCED_COLOR_2);
    if (std::min(whole.rows, whole.cols) < kSide) whole = cv::imread(path, cv::IMREAD_COLOR);
    const int side = std::min(whole.rows, whole.cols);
    look(whole({(whole.cols - side) / 2, (whole.rows - side) / 2, side, side}), 0);
  }

  // Reading on is faster than its seek; only wanted frames are converted.
  void sparse(cv::VideoCapture& capture) {
    const int n = static_cast<int>(capture.get(cv::CAP_PROP_FRAME_COUNT));
    std::set<int> wanted;
    for (int i = 0; i < 8; ++i) wanted.insert((2 * i + 1) * n / 16);
    for (int index = 0; index <= *wanted.rbegin() && capture.grab(); ++index) {
      if (wanted.count(index) == 0) continue;
      capture.retrieve(frame_);
      look(frame_, static_cast<std::uint64_t>(index));
    }
  }

  void thumbnail(const std::string& path, cv::VideoCapture& capture) {
    const int index = static_cast<int>(capture.get(cv::CAP_PROP_FRAME_COUNT)) / 10;
    for (int i = 0; i <= index; ++i) capture.grab();
    capture.retrieve(frame_);
    cv::resize(frame_, small_, {320, frame_.rows * 320 / frame_.cols}, 0, 0, cv::INTER_AREA);
    cv::imwrite(job_.output(path, ".jpg"), small_, {cv::IMWRITE_JPEG_QUALITY, 85});
    tally.count();
  }

  const Job& job_;
  cv::Mat frame_, small_, rgb_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "threads;1", 1);
  cv::setNumThreads(1);
  return bench::run_subject<bench::OpenCv>(argc, argv);
}
