// What the operator's rules let FFmpeg open: files, and URLs of a server of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "../test_support.hpp"

namespace capstan::ffmpeg {

using testing::AnyOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

/// media_server.py on the samples, as long as this lives.
class MediaServer {
 public:
  explicit MediaServer(const std::vector<std::string>& key_and_certificate = {}) {
    std::vector<std::string> command{"python3", std::getenv("CAPSTAN_MEDIA_SERVER"),
                                     sample(".").string()};
    command.insert(command.end(), key_and_certificate.begin(), key_and_certificate.end());
    start(command);
    std::string ports;
    for (char c = 0; ::read(end_, &c, 1) == 1 && c != '\n';) ports += c;
    std::istringstream(ports) >> http_ >> rtsp_ >> https_;
    if (rtsp_.empty()) throw std::runtime_error("media_server.py does not start");
  }
  ~MediaServer() {
    ::close(end_);
    ::waitpid(child_, nullptr, 0);
  }
  MediaServer(const MediaServer&) = delete;
  MediaServer& operator=(const MediaServer&) = delete;

  std::string http(const std::string& path) const { return "http://127.0.0.1:" + http_ + path; }
  std::string rtsp(const std::string& path) const { return "rtsp://127.0.0.1:" + rtsp_ + path; }
  std::string https(const std::string& path) const { return "https://127.0.0.1:" + https_ + path; }

 private:
  void start(const std::vector<std::string>& command) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    const int failed =
        ::posix_spawnp(&child_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    end_ = ends[0];
    if (failed) throw std::runtime_error("python3 does not start");
  }

  int end_ = -1;
  pid_t child_ = 0;
  std::string http_, rtsp_, https_;
};

/// One stage under rules.
struct Ruled {
  explicit Ruled(const std::vector<std::string>& allowed, const Values& options = {},
                 const char* stage = "decode")
      : harness(capstan_plugin, stage, options) {
    harness.set_input_rules(InputRules(allowed));
  }
  std::vector<Item> feed(const std::string& location) { return harness.feed(file_item(location)); }
  std::string failure(const std::string& location) {
    try {
      feed(location);
      return "no failure";
    } catch (const StageFailed& failed) {
      return failed.what();
    }
  }
  StageHarness harness;
};

const Values kOne = {{"video.at", {"1s"}}};

}  // namespace

TEST(AllowedFiles, AreOpenedAndOthersAreNot) {
  const fs::path folder = fs::path(testing::TempDir()) / ("allowed" + std::to_string(::getpid()));
  fs::create_directories(folder);
  fs::copy_file(sample("clip.mp4"), folder / "clip.mp4");
  fs::copy_file(sample("photo.jpg"), folder / "photo.jpg");
  fs::create_symlink(sample("clip.mp4"), folder / "link.mp4");
  Ruled stage({folder.string()});
  EXPECT_EQ(stage.feed((folder / "clip.mp4").string()).size(), 100U);
  EXPECT_EQ(stage.feed((folder / "photo.jpg").string()).size(), 1U);
  const std::string refused = "'inputs.allow' does not name the file's place: " +
                              fs::canonical(sample("clip.mp4")).string();
  EXPECT_EQ(stage.failure(sample("clip.mp4").string()), refused);
  EXPECT_EQ(stage.failure("file://" + sample("clip.mp4").string()), refused);
  EXPECT_EQ(stage.failure((folder / "link.mp4").string()), refused);
  for (const char* other : {"probe", "demux"}) {
    EXPECT_EQ(Ruled({folder.string()}, {}, other).failure((folder / "link.mp4").string()), refused);
  }
  fs::remove_all(folder);
}

TEST(AllowedUrls, GiveTheFramesOfTheFile) {
  const MediaServer server;
  for (const char* name : {"clip.mp4", "clip.mkv", "clip.ts", "photo.jpg"}) {
    Ruled stage({server.http("/")});
    EXPECT_EQ(md5_of(stage.feed(server.http(std::string("/") + name))),
              md5_of(decode(file_item(sample(name)))))
        << name;
  }
  // Places are sought by requests for ranges.
  EXPECT_EQ(md5_of(Ruled({server.http("/")}, kOne).feed(server.http("/clip.mp4"))),
            md5_of(decode(file_item(sample("clip.mp4")), kOne)));
  EXPECT_EQ(Ruled({server.http("/")}, {}, "demux").feed(server.http("/clip.mp4")).size(),
            StageHarness(capstan_plugin, "demux").feed(file_item(sample("clip.mp4"))).size());
  const auto about = Ruled({server.http("/")}, {}, "probe").feed(server.http("/clip.mp4?token=1"));
  EXPECT_THAT(std::string(about.at(0).get<Bytes>().buffer().text()),
              HasSubstr("\"filename\": \"clip.mp4\""));
}

TEST(AllowedUrls, GiveTheFramesOfAnRtspStream) {
  const MediaServer server;
  Ruled stage({server.rtsp("")}, {{"on_corrupt", {"conceal"}}});
  auto sums = md5_of(stage.feed(server.rtsp("/clip.ts")));
  auto whole = md5_of(decode(file_item(sample("clip.ts"))));
  // A picture ends for MPEG-TS where the next begins, so the last one in the stream never does.
  ASSERT_EQ(sums.size(), whole.size() - 1);
  sums.resize(95);
  whole.resize(95);
  EXPECT_EQ(sums, whole);
}

TEST(AllowedUrls, AreThoseThatARuleNames) {
  const MediaServer server;
  const std::string host = "'inputs.allow' does not name '" + server.http("") + "'";
  EXPECT_EQ(Ruled({server.http("/media")}).failure(server.http("/clip.mp4")),
            "the input is a URL (http://), and " + host + ": put a fetch stage before decode");
  EXPECT_EQ(Ruled({"http://"}).failure(server.http("/clip.mp4")),
            "the input is a URL (http://), and " + host + ": put a fetch stage before decode");
  EXPECT_EQ(Ruled({"ftp://127.0.0.1/"}).failure("ftp://127.0.0.1/clip.mp4"),
            "the input is a URL that is not opened (ftp://): expected http, https or rtsp");
  EXPECT_EQ(
      decode_failure(file_item(server.rtsp("/clip.ts"))),
      "the input is a URL (rtsp://), and 'inputs.allow' does not name '" + server.rtsp("") + "'");
}

TEST(AllowedUrls, MayRedirectToOthersThatAreAllowed) {
  const MediaServer server;
  EXPECT_EQ(Ruled({server.http("/")}).feed(server.http("/moved/clip.mp4")).size(), 100U);
  EXPECT_EQ(Ruled({server.http("/moved/")}).failure(server.http("/moved/clip.mp4")),
            "'inputs.allow' does not name '" + server.http("") + "'");
}

TEST(AllowedUrls, OpenNothingThatTheyPointTo) {
  const MediaServer server;
  for (const char* list : {"/playlist.m3u8", "/list.ffconcat"}) {
    EXPECT_EQ(Ruled({server.http("/")}).failure(server.http(list)),
              "the input refers to other files, which are not opened")
        << list;
  }
}

TEST(AllowedUrls, AreBoundByTheLimits) {
  const MediaServer server;
  const auto size = fs::file_size(sample("clip.ts"));
  const std::string limit = std::to_string(size - 1) + "B";
  EXPECT_EQ(Ruled({server.http("/")}, {{"max_bytes", {limit}}}).failure(server.http("/clip.ts")),
            "the input has " + std::to_string(size) +
                " bytes, more than max_bytes: " + std::to_string(size - 1));
  EXPECT_THAT(Ruled({server.http("/")}, {{"max_bytes", {"8MiB"}}, {"on_corrupt", {"conceal"}}})
                  .failure(server.http("/endless/clip.ts")),
              HasSubstr("more than max_bytes: 8388608"));
  EXPECT_EQ(
      Ruled({server.http("/")}, {{"max_time", {"50ms"}}}).failure(server.http("/stalled/clip.mp4")),
      "decoding took longer than max_time: 0.05s");
}

TEST(AllowedUrls, MustShowACertificateThatSomebodyVouchesFor) {
  const fs::path folder = fs::path(testing::TempDir()) / ("tls" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string key = (folder / "key").string(), certificate = (folder / "crt").string();
  int status = 0;
  run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1",
       "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate},
      &status);
  ASSERT_EQ(status, 0);
  const MediaServer server({key, certificate});
  EXPECT_THAT(Ruled({server.https("/")}).failure(server.https("/clip.mp4")),
              HasSubstr("the input could not be opened"));
  fs::remove_all(folder);
}

}  // namespace capstan::ffmpeg
