#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <capstan/sdk/detail/item_access.hpp>
#include <capstan/sdk/harness.hpp>
#include <capstan/sdk/plugin.hpp>

#include "atomic_file.hpp"
#include "folders.hpp"

using namespace capstan;
using namespace write_plugin;
using testing::ElementsAre;
using testing::IsEmpty;

extern "C" const PluginDescriptor capstan_plugin;

namespace {

Item make_item(const std::string& content, const std::string& job_path = "a.mp4",
               std::uint64_t index = 0, const std::string& id = "1") {
  Buffer buffer = Buffer::allocate(content.size());
  content.copy(reinterpret_cast<char*>(buffer.mutable_data()), content.size());
  Item item(make_ref<Bytes>(std::move(buffer), "image/jpeg"));
  auto job = make_ref<JobInfo>();
  job->id = id;
  job->input = job->path = job_path;
  ItemAccess::set_job(item, Ref<const JobInfo>(job));
  ItemAccess::set_index(item, index);
  return item;
}

// The same content as a file without a name, in `folder`.
Item make_file_item(const std::string& content, const std::string& folder,
                    const std::string& job_path = "a.mp4") {
  const int fd = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
  EXPECT_EQ(write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  return make_item("", job_path).with(make_ref<File>(fd, content.size(), "video/mp4", "index.mp4"));
}

class Write : public testing::Test {
 protected:
  Write() {
    std::string name = "/tmp/capstan-write-XXXXXX";
    root_ = mkdtemp(name.data());
    chmod(root_.c_str(), 0755);
  }
  ~Write() override {
    if (geteuid() != getuid() && seteuid(getuid()) != 0) std::abort();
    std::filesystem::remove_all(root_);
  }

  std::string at(const std::string& path) const { return root_ + "/" + path; }
  std::string content_of(const std::string& path) const {
    std::ifstream file(at(path), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Every file and folder below `path`, hidden ones too.
  std::vector<std::string> list(const std::string& path = "") const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(at(path))) {
      names.push_back(entry.path().lexically_relative(at(path)).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  StageHarness stage(const std::string& path) const {
    return StageHarness(capstan_plugin, "write", {{"path", {at(path)}}});
  }
  // The message a write fails with, after "cannot write 'PATH': ".
  std::string failure(StageHarness& write, Item item, const std::string& path) const {
    const std::string start = "cannot write '" + at(path) + "': ";
    try {
      write.feed(std::move(item));
    } catch (const StageFailed& failed) {
      const std::string message = failed.what();
      EXPECT_EQ(message.substr(0, start.size()), start);
      return message.substr(std::min(start.size(), message.size()));
    }
    return "no failure";
  }

  std::string root_;
};

// The same, once for each way a file system may need.
class EachDraft : public Write, public testing::WithParamInterface<Draft> {
 protected:
  void replace(
      const std::string& name, const std::string& content,
      const std::function<void()>& check = [] {}) const {
    RootFolder root(root_);
    replace_file(root.open("").get(), name, Content(content), check, GetParam());
  }
  // Kills a process when it has written the first chunk.
  void kill_half_way(const std::string& name, const std::string& content) const {
    const pid_t child = fork();
    if (child == 0) {
      int n_checks = 0;
      replace(name, content, [&] {
        if (++n_checks == 2) kill(getpid(), SIGKILL);
      });
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
  }
  const std::string long_content_ = std::string(std::size_t{10} << 20, 'x');
};

INSTANTIATE_TEST_SUITE_P(Drafts, EachDraft, testing::Values(Draft::unnamed, Draft::named),
                         [](const auto& info) {
                           return info.param == Draft::unnamed ? "unnamed" : "named";
                         });

}  // namespace

TEST_F(Write, PutsTheBytesWhereTheTemplateSays) {
  StageHarness write = stage("thumbs/{job.path}/{index:03}.jpg");
  const auto out = write.feed(make_item("picture", "b/a.mp4", 5));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].get<Reference>().location(), at("thumbs/b/a.mp4/005.jpg"));
  EXPECT_EQ(content_of("thumbs/b/a.mp4/005.jpg"), "picture");
}

TEST_F(Write, ARunAfterwardsReplacesTheFile) {
  stage("{job.path}").feed(make_item("longer than after"));
  stage("{job.path}").feed(make_item("after"));
  EXPECT_EQ(content_of("a.mp4"), "after");
  EXPECT_THAT(list(), ElementsAre("a.mp4"));
}

TEST_F(Write, NewFilesAndFoldersFollowTheUmask) {
  const mode_t before = umask(027);
  stage("new/{job.path}").feed(make_item("x"));
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(at("new").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0750U);
  ASSERT_EQ(stat(at("new/a.mp4").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST_F(Write, AFileWithoutANameGetsIt) {
  Item item = make_file_item("film", root_);
  struct stat before {};
  ASSERT_EQ(fstat(item.get<File>().fd(), &before), 0);
  stage("out/{job.stem}.{ext}").feed(std::move(item));
  struct stat after {};
  ASSERT_EQ(stat(at("out/a.mp4").c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino) << "it was copied";
  EXPECT_EQ(content_of("out/a.mp4"), "film");
  EXPECT_THAT(list(), ElementsAre("out", "out/a.mp4"));
}

TEST_F(Write, AFileWithoutANameReplacesOneThatHasIt) {
  stage("{job.path}").feed(make_item("longer than after"));
  stage("{job.path}").feed(make_file_item("after", root_));
  EXPECT_EQ(content_of("a.mp4"), "after");
  EXPECT_THAT(list(), ElementsAre("a.mp4"));
}

TEST_F(Write, AFileThatOthersHoldIsCopied) {
  const Item held = make_file_item("film", root_);
  stage("{job.path}").feed(held);
  struct stat original {
  }, written{};
  ASSERT_EQ(fstat(held.get<File>().fd(), &original), 0);
  ASSERT_EQ(stat(at("a.mp4").c_str(), &written), 0);
  EXPECT_NE(written.st_ino, original.st_ino);
  EXPECT_EQ(content_of("a.mp4"), "film");
}

TEST_F(Write, AFileOfAnotherFileSystemIsCopied) {
  if (mount("none", root_.c_str(), "tmpfs", 0, "size=64m") != 0) {
    GTEST_SKIP() << "needs the right to mount";
  }
  const std::string content(std::size_t{20} << 20U, 'x');
  {
    StageHarness write = stage("{job.path}");
    write.feed(make_file_item(content, "/var/tmp"));
    EXPECT_EQ(content_of("a.mp4"), content);
    EXPECT_THAT(list(), ElementsAre("a.mp4"));
  }
  umount2(root_.c_str(), MNT_DETACH);
}

TEST_F(Write, AnEmptyPayloadIsAnEmptyFile) {
  stage("{job.path}").feed(make_item(""));
  EXPECT_EQ(content_of("a.mp4"), "");
  EXPECT_THAT(list(), ElementsAre("a.mp4"));
}

TEST_F(Write, ABadTemplateIsRefusedAtOnce) {
  EXPECT_THROW(stage("{job.pat}"), std::invalid_argument);
  EXPECT_THAT(list(), IsEmpty());
}

TEST_F(Write, LinksInsideTheRootMayNotLeadOut) {
  std::filesystem::create_directories(at("out"));
  std::filesystem::create_directories(at("root/inside"));
  ASSERT_EQ(symlink("../out", at("root/evil").c_str()), 0);
  ASSERT_EQ(symlink("inside", at("root/good").c_str()), 0);
  StageHarness write = stage("root/{job.path}");
  EXPECT_EQ(failure(write, make_item("x", "evil/x"), "root/evil/x"),
            "a symbolic link leads out of the folder of 'path'");
  EXPECT_EQ(failure(write, make_item("x", "evil/new/x"), "root/evil/new/x"),
            "a symbolic link leads out of the folder of 'path'");
  EXPECT_THAT(list("out"), IsEmpty());
  write.feed(make_item("x", "good/x"));
  EXPECT_THAT(list("root/inside"), ElementsAre("x"));
}

TEST_F(Write, ManyMayMakeTheSameFoldersAtOnce) {
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, i] {
      for (int folder = 0; folder < 20; ++folder) {
        RootFolder root(at("new/root/"));
        const Fd fd = root.open(std::to_string(folder) + "/a/b");
        replace_file(fd.get(), std::to_string(i), Content("x"), [] {});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(list("new/root").size(), 20U * (3 + 8));
}

TEST_F(Write, WithoutOpenat2NoLinkIsFollowed) {
  std::filesystem::create_directories(at("inside"));
  ASSERT_EQ(symlink("inside", at("link").c_str()), 0);
  RootFolder root(root_, Beneath::by_part);
  EXPECT_TRUE(root.open("a/b/c"));
  EXPECT_TRUE(root.open("inside/new"));
  EXPECT_THROW(root.open("link"), std::runtime_error);
  EXPECT_THROW(root.open("link/new"), std::runtime_error);
  EXPECT_THAT(list("inside"), ElementsAre("new"));
}

TEST_F(Write, ALinkUnderTheFinalNameIsReplacedNotFollowed) {
  std::ofstream(at("victim")) << "safe";
  ASSERT_EQ(symlink("victim", at("a.mp4").c_str()), 0);
  stage("{job.path}").feed(make_item("new"));
  EXPECT_EQ(content_of("victim"), "safe");
  EXPECT_EQ(content_of("a.mp4"), "new");
}

TEST_F(Write, TwoInputsMayNotWriteOnePath) {
  StageHarness write = stage("{job.stem}.jpg");
  write.feed(make_item("first", "a.mp4", 0, "1"));
  EXPECT_EQ(failure(write, make_item("second", "a.mkv", 0, "2"), "a.jpg"),
            "already written by job 1: 'path' must tell inputs apart, as {job.path} does");
  EXPECT_EQ(content_of("a.jpg"), "first");
  write.feed(make_item("again", "a.mp4", 0, "3"));
  EXPECT_EQ(content_of("a.jpg"), "again");
}

TEST_F(Write, TwoItemsOfAJobMayNotWriteOnePath) {
  StageHarness write = stage("{job.stem}.jpg");
  write.feed(make_item("first", "a.mp4", 0));
  write.feed(make_item("repeated", "a.mp4", 0));
  EXPECT_EQ(failure(write, make_item("second", "a.mp4", 1), "a.jpg"),
            "already written as item 0 of the same job: 'path' must tell items apart, as {index} "
            "does");
}

TEST_F(Write, AFailedWriteDoesNotTakeThePath) {
  std::filesystem::create_directories(at("a.jpg"));
  StageHarness write = stage("{job.stem}.jpg");
  EXPECT_EQ(failure(write, make_item("x", "a.mp4"), "a.jpg"), "Is a directory");
  std::filesystem::remove(at("a.jpg"));
  write.feed(make_item("x", "a.mkv"));
  EXPECT_THAT(list(), ElementsAre("a.jpg"));
}

TEST_F(Write, AnUnwritableFolderIsOneSentence) {
  StageHarness write = stage("sub/{job.path}");
  ASSERT_EQ(chmod(root_.c_str(), 0555), 0);
  // Permissions do not hold root back.
  ASSERT_TRUE(getuid() != 0 || seteuid(65534) == 0);
  EXPECT_EQ(failure(write, make_item("x"), "sub/a.mp4"), "Permission denied");
  ASSERT_EQ(seteuid(getuid()), 0);
  chmod(root_.c_str(), 0755);
  EXPECT_THAT(list(), IsEmpty());
}

TEST_F(Write, AFileInPlaceOfAFolderIsOneSentence) {
  std::ofstream(at("a")) << "x";
  StageHarness write = stage("{job.path}");
  EXPECT_EQ(failure(write, make_item("x", "a/b"), "a/b"), "Not a directory");
}

TEST_F(Write, AFullDiskLeavesNothingBehind) {
  if (mount("none", root_.c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "needs the right to mount";
  }
  {
    StageHarness write = stage("{job.path}");
    EXPECT_EQ(failure(write, make_item(std::string(200000, 'x')), "a.mp4"),
              "No space left on device");
    EXPECT_THAT(list(), IsEmpty());
    write.feed(make_item("fits"));
    EXPECT_THAT(list(), ElementsAre("a.mp4"));
  }
  umount2(root_.c_str(), MNT_DETACH);
}

TEST_F(Write, AReadOnlyFileSystemIsOneSentence) {
  if (mount("none", root_.c_str(), "tmpfs", MS_RDONLY, "size=64k") != 0) {
    GTEST_SKIP() << "needs the right to mount";
  }
  StageHarness write = stage("{job.path}");
  EXPECT_EQ(failure(write, make_item("x"), "a.mp4"), "Read-only file system");
  umount2(root_.c_str(), MNT_DETACH);
}

TEST_P(EachDraft, ContentAndReplacementAreWhole) {
  replace("a", "first");
  replace("a", long_content_);
  EXPECT_EQ(content_of("a"), long_content_);
  EXPECT_THAT(list(), ElementsAre("a"));
}

TEST_P(EachDraft, AnErrorHalfWayLeavesWhatWasThere) {
  replace("a", "before");
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit low{1000, limit.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &low);
  EXPECT_THROW(replace("a", long_content_), std::system_error);
  EXPECT_THROW(replace("b", long_content_), std::system_error);
  setrlimit(RLIMIT_FSIZE, &limit);
  EXPECT_THAT(list(), ElementsAre("a"));
  EXPECT_EQ(content_of("a"), "before");
}

TEST_P(EachDraft, AFileIsCopiedWhole) {
  const Item item = make_file_item(long_content_, root_);
  const File& file = item.get<File>();
  RootFolder root(root_);
  replace_file(
      root.open("").get(), "a", Content(file.fd(), file.content_bytes(), false), [] {}, GetParam());
  EXPECT_EQ(content_of("a"), long_content_);
  EXPECT_THAT(list(), ElementsAre("a"));
}

TEST_P(EachDraft, CancellingHalfWayLeavesNothing) {
  EXPECT_THROW(replace("a", long_content_, [] { throw Cancelled(); }), Cancelled);
  EXPECT_THAT(list(), IsEmpty());
}

TEST_P(EachDraft, AFolderUnderTheNameIsRefused) {
  std::filesystem::create_directories(at("a"));
  EXPECT_THROW(replace("a", "x"), std::system_error);
  EXPECT_THAT(list(), ElementsAre("a"));
}

TEST_P(EachDraft, AKilledProcessLeavesNothingUnderTheName) {
  kill_half_way("a", long_content_);
  if (GetParam() == Draft::unnamed) {
    EXPECT_THAT(list(), IsEmpty());
  } else {
    EXPECT_THAT(list(), ElementsAre(temporary_name("a")));
  }
  replace("a", "whole");
  EXPECT_THAT(list(), ElementsAre("a"));
}

TEST_P(EachDraft, WhatAKilledReplacementLeftIsRemoved) {
  replace("a", "first");
  std::ofstream(at(temporary_name("a"))) << "left behind";
  replace("a", "second");
  EXPECT_EQ(content_of("a"), "second");
  EXPECT_THAT(list(), ElementsAre("a"));
}
