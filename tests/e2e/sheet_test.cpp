// Contact sheets: the shipped configurations, as a user would run them.
#include <gtest/gtest.h>

#include "folder.hpp"
#include "program.hpp"

namespace e2e {
namespace {

namespace fs = std::filesystem;

class Sheet : public testing::Test {
 protected:
  fs::path media() const { return folder_ / "media"; }
  fs::path output() const { return folder_ / "output"; }

  void make_photos(int n_photos) const {
    make_photo(media() / "photo-00.jpg", "64x48");
    for (int i = 1; i < n_photos; ++i) {
      const std::string name = (i < 10 ? "photo-0" : "photo-") + std::to_string(i) + ".jpg";
      fs::copy(media() / "photo-00.jpg", media() / name);
    }
  }
  Result run_config(const std::string& name) const {
    const std::string yaml = read_file(source_folder() / "config" / name);
    const fs::path config = folder_.write(name, daemon_yaml() + yaml);
    Options options;
    options.environment["CAPSTAN_OUTPUT"] = output().string();
    return run_capstan({"run", config.string(), media().string()}, options);
  }

  Folder folder_;
};

TEST_F(Sheet, LiesBesideTheThumbnails) {
  make_clip(media() / "one.mp4", "320x240", 1);
  make_photo(media() / "deep" / "photo.png", "333x111");
  const Result result = run_config("thumbnails.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_EQ(files_below(output()),
            (std::set<std::string>{"deep/photo.png/0.jpg", "one.mp4/0.jpg", "sheet-000.jpg"}));
  EXPECT_TRUE(is_whole(output() / "sheet-000.jpg"));
}

TEST_F(Sheet, ANewPageBeginsWhenOneIsFull) {
  make_photos(50);
  const Result result = run_config("contact-sheet.yaml");
  EXPECT_EQ(result.exit_code, 0) << result.all();
  EXPECT_FALSE(result.lines_with("50 done").empty()) << result.all();
  EXPECT_EQ(files_below(output()), (std::set<std::string>{"sheet-000.jpg", "sheet-001.jpg"}));
}

TEST_F(Sheet, ASecondRunGivesTheSameBytes) {
  for (const char* size : {"64x48", "48x64", "320x200", "100x100", "33x17"}) {
    make_photo(media() / (std::string(size) + ".jpg"), size);
  }
  ASSERT_EQ(run_config("contact-sheet.yaml").exit_code, 0);
  const std::string first = read_file(output() / "sheet-000.jpg");
  ASSERT_EQ(run_config("contact-sheet.yaml").exit_code, 0);
  EXPECT_EQ(read_file(output() / "sheet-000.jpg"), first);
}

TEST_F(Sheet, AFileThatIsNoPictureFailsAlone) {
  make_photos(3);
  folder_.write("media/broken.jpg", "not a picture");
  const Result result = run_config("contact-sheet.yaml");
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_FALSE(result.lines_with("3 done, 1 failed").empty()) << result.all();
  EXPECT_TRUE(is_whole(output() / "sheet-000.jpg"));
}

TEST_F(Sheet, NoJobIsDoneWhosePageCouldNotBeWritten) {
  make_photos(3);
  // A folder that is not empty cannot be replaced by a file.
  folder_.write("output/sheet-000.jpg/in-the-way", "");
  const Result result = run_config("contact-sheet.yaml");
  EXPECT_EQ(result.exit_code, 1) << result.all();
  EXPECT_FALSE(result.lines_with("0 done, 3 failed").empty()) << result.all();
}

}  // namespace
}  // namespace e2e
