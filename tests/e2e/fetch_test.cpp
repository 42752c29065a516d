// A pipeline that starts on the web, against a real server on loopback.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "oracle.hpp"
#include "program.hpp"
#include "web_server.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

class Fetch : public testing::Test {
 protected:
  void SetUp() override {
    if (!WebServer::is_installed()) GTEST_SKIP() << "nginx is not installed";
    make_clip(site() / "clip.mp4", "320x240", 2);
    make_clip(site() / "sub/other.mkv", "640x360", 1);
    make_photo(site() / "photo.jpg");
    folder_.write("site/text.mp4", "this is not a film");
    server_ = std::make_unique<WebServer>(site());
  }
  fs::path site() const { return folder_ / "site"; }
  fs::path thumbs() const { return folder_ / "thumbs"; }

  /// The shipped configuration, as a user would run it.
  Result fetch(std::vector<std::string> urls) const {
    std::string yaml = read_file(source_folder() / "config/fetch-thumbnails.yaml");
    // But for this: the server is on loopback, which is refused unless it is allowed.
    const std::string stage = "- use: fetch\n";
    yaml.insert(yaml.find(stage) + stage.size(), "        with: { allow_private: true }\n");
    const fs::path config = folder_.write("fetch.yaml", daemon_yaml() + yaml);
    urls.insert(urls.begin(), {"run", config.string()});
    Options options;
    options.environment["CAPSTAN_OUTPUT"] = thumbs().string();
    // Loopback is never reached through a proxy of the machine.
    options.environment["no_proxy"] = "127.0.0.1";
    return run_capstan(std::move(urls), options);
  }
  /// The one thumbnail whose path has `name` in it.
  fs::path thumb_of(const std::string& name) const {
    for (const std::string& file : files_below(thumbs())) {
      if (file.find(name) != std::string::npos) return thumbs() / file;
    }
    return {};
  }
  void expect_thumbnail(const std::string& name) const {
    const fs::path reference = folder_ / "reference.png";
    ASSERT_TRUE(make_reference(site() / name, reference));
    ASSERT_FALSE(thumb_of(name).empty()) << name;
    EXPECT_GE(psnr_db(thumb_of(name), reference), 33) << name;
  }

  Folder folder_;
  std::unique_ptr<WebServer> server_;
};

TEST_F(Fetch, ThumbnailsOfWhatAServerOffers) {
  const Result result =
      fetch({server_->url("clip.mp4"), server_->url("sub/other.mkv"), server_->url("photo.jpg")});
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(thumbs()).size(), 3U);
  for (const char* name : {"clip.mp4", "sub/other.mkv", "photo.jpg"}) expect_thumbnail(name);
}

TEST_F(Fetch, WhatCannotBeHadIsOneLineAndTheRestIsDone) {
  const Result result = fetch({server_->url("clip.mp4"), server_->url("missing.mp4"),
                               server_->url("refused.mp4"), server_->url("text.mp4")});
  EXPECT_EQ(result.exit_code, 1) << result.all();
  for (const char* name : {"missing.mp4", "refused.mp4", "text.mp4"}) {
    EXPECT_EQ(result.lines_with(name).size(), 1U) << name << " in\n" << result.all();
  }
  EXPECT_FALSE(result.lines_with("404").empty()) << result.all();
  EXPECT_EQ(files_below(thumbs()).size(), 1U);
  expect_thumbnail("clip.mp4");
}

TEST_F(Fetch, AServerThatIsNotThereIsOneLine) {
  const std::string gone = "http://127.0.0.1:" + std::to_string(free_port()) + "/gone.mp4";
  const Result result = fetch({gone, server_->url("photo.jpg")});
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_EQ(result.lines_with("gone.mp4").size(), 1U) << result.all();
  EXPECT_EQ(files_below(thumbs()).size(), 1U);
}

}  // namespace
}  // namespace e2e
