// The memory budget holds for the process: real 4K frames, decoded by the real plugin, and tiny
// items beside them. What the engine itself needs is measured in tests/soak/memory_test.cpp.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
// What is no payload: the program and FFmpeg's libraries, the decoder's reference pictures, the
// encoder's buffers, stacks. Measured at 70 MiB.
constexpr std::int64_t kBeyondBudget = 100 * kMiB;
constexpr int kTinyFiles = 100;

class Memory : public testing::Test {
 protected:
  void SetUp() override {
    make_clip(folder_ / "clips/4k.mp4", "3840x2160", 2);  // 50 frames of 12 MiB
    for (int i = 0; i < kTinyFiles; ++i) folder_.write("tiny/" + std::to_string(i) + ".txt", "x");
  }
  /// Decoding is several times as fast as encoding: frames pile up as far as they may.
  std::string config(const std::string& memory) const {
    return folder_.write(
        "t.yaml",
        daemon_yaml() + "  workers: 2\n  memory: " + memory +
            "\npipelines:\n  frames:\n    stages:\n      - use: files\n        with: { path: " +
            yaml_string((folder_ / "clips").string()) +
            " }\n      - { use: decode }\n      - use: encode\n        with: { format: jpeg }\n"
            "        concurrency: 1\n        queue: { items: 64, bytes: 4GiB }\n"
            "  tiny:\n    stages:\n      - use: files\n        with: { path: " +
            yaml_string((folder_ / "tiny").string()) +
            " }\n      - { use: batch, with: { items: 2 } }\n      - { use: unbatch }\n");
  }
  std::int64_t peak_with(const std::string& memory) const {
    const Result result = run_capstan({"run", config(memory)});
    EXPECT_EQ(result.exit_code, 0) << result.all();
    EXPECT_NE(result.out.find("50 frames decoded"), std::string::npos) << result.all();
    EXPECT_NE(result.out.find(std::to_string(kTinyFiles + 1) + " done"), std::string::npos)
        << result.all();
    std::printf("memory: %s: peak %lld MiB\n", memory.c_str(),
                static_cast<long long>(result.peak_bytes / kMiB));
    return result.peak_bytes;
  }

  Folder folder_;
};

TEST_F(Memory, RealFramesAndTinyItemsStayWithinTheBudget) {
  const std::int64_t bound = 128 * kMiB + kBeyondBudget;
  EXPECT_LT(peak_with("128MiB"), bound);
  EXPECT_GT(peak_with("4GiB"), bound) << "nothing piled up, so the budget was not needed";
}

}  // namespace
}  // namespace e2e
