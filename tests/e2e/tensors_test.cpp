// Arrays of pictures: the shipped configuration, read as its user would.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

// Debian's, for which packaging/dependencies.sh installs numpy.
constexpr const char* kPython = "/usr/bin/python3";

class Tensors : public testing::Test {
 protected:
  Result run_config() const {
    const std::string yaml = read_file(source_folder() / "config" / "tensors.yaml");
    const fs::path config = folder_.write("tensors.yaml", daemon_yaml() + yaml);
    Options options;
    options.environment["CAPSTAN_OUTPUT"] = output().string();
    return run_capstan({"run", config.string(), (folder_ / "media").string()}, options);
  }
  fs::path output() const { return folder_ / "output"; }
  /// What Python prints, with `a` the array of a file.
  std::string ask_numpy(const std::string& file, const std::string& expression) const {
    const Result result = run({kPython, "-c",
                               "import sys, numpy\n"
                               "a = numpy.load(sys.argv[1])\n"
                               "print(" +
                                   expression + ")",
                               (output() / file).string()});
    EXPECT_EQ(result.exit_code, 0) << result.all();
    return result.out;
  }
  static bool has_numpy() { return run({kPython, "-c", "import numpy"}).exit_code == 0; }

  Folder folder_;
};

TEST_F(Tensors, AreReadByNumPy) {
  make_clip(folder_ / "media/clip.mp4", "320x180", 2);
  make_photo(folder_ / "media/photo.png", "333x111");
  const Result result = run_config();
  EXPECT_EQ(result.exit_code, 0) << result.all();
  ASSERT_EQ(files_below(output()),
            (std::set<std::string>{"clip.mp4/0.npy", "clip.mp4/1.npy", "photo.png/0.npy"}));
  if (!has_numpy()) GTEST_SKIP() << "Python has no numpy to read the files with";
  EXPECT_EQ(ask_numpy("clip.mp4/0.npy", "a.dtype, a.shape"), "float32 (32, 3, 224, 224)\n");
  EXPECT_EQ(ask_numpy("clip.mp4/1.npy", "a.shape[1:]"), "(3, 224, 224)\n");
  EXPECT_EQ(ask_numpy("photo.png/0.npy", "a.shape"), "(1, 3, 224, 224)\n");
  // Black and white of the first channel, normalised.
  EXPECT_EQ(ask_numpy("clip.mp4/0.npy", "a[:, 0].min() >= -2.118 and a[:, 0].max() <= 2.249"),
            "True\n");
  EXPECT_EQ(ask_numpy("clip.mp4/0.npy", "bool((a[0] != a[20]).any())"), "True\n")
      << "the picture moves";
}

}  // namespace
}  // namespace e2e
