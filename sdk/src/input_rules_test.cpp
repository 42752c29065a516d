#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <capstan/sdk/input_rules.hpp>

namespace {

using capstan::InputRules;
namespace fs = std::filesystem;

/// A folder `in` with a file, one beside it, and links from one to the other.
class InputRulesOfFiles : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/input_rules_XXXXXX";
    folder_ = ::mkdtemp(name);
    fs::create_directories(folder_ / "in/deep");
    fs::create_directories(folder_ / "in2");
    for (const char* file : {"in/deep/a", "in2/a", "secret"}) std::ofstream(folder_ / file) << "x";
    fs::create_symlink(folder_ / "secret", folder_ / "in/link");
    fs::create_symlink(folder_ / "in2", folder_ / "in/folder");
    fs::create_symlink(folder_ / "in/deep/a", folder_ / "inward");
    fs::create_symlink(folder_ / "in", folder_ / "alias");
  }
  ~InputRulesOfFiles() override { fs::remove_all(folder_); }

  /// What is said of a file; empty when it is allowed.
  std::string fault(const InputRules& rules, const std::string& name) const {
    const int descriptor = ::open((folder_ / name).c_str(), O_RDONLY | O_CLOEXEC);
    EXPECT_GE(descriptor, 0) << name;
    std::string said;
    try {
      rules.check_file(descriptor);
    } catch (const std::runtime_error& refused) {
      said = refused.what();
    }
    ::close(descriptor);
    return said;
  }
  bool allows(const InputRules& rules, const std::string& name) const {
    return fault(rules, name).empty();
  }

  fs::path folder_;
};

bool fetches(const InputRules& rules, const std::string& url) {
  try {
    rules.check_url(url);
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

bool trusts(const InputRules& rules, const std::string& url) {
  try {
    rules.check_host_of(url);
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

TEST_F(InputRulesOfFiles, AllowEveryFileWhenNothingWasSaid) {
  EXPECT_TRUE(allows(InputRules(), "secret"));
}

TEST_F(InputRulesOfFiles, AllowWhatLiesBelowAFolderAndNothingBesideIt) {
  for (const char* written : {"in", "in/", "alias", "in2/../in"}) {
    const InputRules rules({(folder_ / written).string()});
    EXPECT_TRUE(allows(rules, "in/deep/a")) << written;
    EXPECT_FALSE(allows(rules, "in2/a")) << written;
    EXPECT_FALSE(allows(rules, "secret")) << written;
  }
  EXPECT_TRUE(allows(InputRules({(folder_ / "secret").string()}), "secret"));
  EXPECT_TRUE(allows(InputRules({"/"}), "secret"));
  EXPECT_FALSE(allows(InputRules(std::vector<std::string>{}), "secret"));
}

TEST_F(InputRulesOfFiles, AskWhereLinksLead) {
  const InputRules rules({(folder_ / "in").string()});
  EXPECT_FALSE(allows(rules, "in/link"));
  EXPECT_FALSE(allows(rules, "in/folder/a"));
  EXPECT_FALSE(allows(rules, "in/deep/../../secret"));
  EXPECT_TRUE(allows(rules, "inward"));
  EXPECT_EQ(fault(rules, "in/link"), "'inputs.allow' does not name the file's place: " +
                                         fs::canonical(folder_ / "secret").string());
}

TEST(InputRulesOfUrls, LetOthersFetchAndNobodyElseConnectWhenNothingWasSaid) {
  EXPECT_TRUE(fetches(InputRules(), "https://example.org/a"));
  EXPECT_FALSE(trusts(InputRules(), "https://example.org/a"));
}

TEST(InputRulesOfUrls, NameSchemeHostAndFolder) {
  const InputRules rules({"https://cdn.example.org/media/", "rtsp://cam:8554", "/srv"});
  for (const char* url :
       {"https://cdn.example.org/media/a.mp4", "HTTPS://CDN.example.org/media/x?token=1",
        "https://me:secret@cdn.example.org/media/a", "rtsp://cam:8554", "rtsp://cam:8554/x/../y"}) {
    EXPECT_TRUE(fetches(rules, url) && trusts(rules, url)) << url;
  }
  for (const char* url :
       {"http://cdn.example.org/media/a.mp4", "https://cdn.example.org/mediaother/a",
        "https://cdn.example.org/", "https://cdn.example.org:444/media/a", "rtsp://cam/x",
        "https://cdn.example.org/media/../private", "https://cdn.example.org/media/%2E%2e%2Fx",
        "https://cdn.example.org.evil.net/media/a", "https://cdn.example.org@evil.net/media/a",
        "https://evil.net\\@cdn.example.org/media/a", "https://evil.net#@cdn.example.org/media/",
        "https://evil.net?@cdn.example.org/media/", "https://a@b@cdn.example.org/media/a",
        "https://cdn.example.org/media/a b", "https:///media/a", "file:///srv/a", "/srv/a", ""}) {
    EXPECT_FALSE(fetches(rules, url) || trusts(rules, url)) << url;
  }
}

TEST(InputRulesOfUrls, AnyHostIsForThoseWhoLookWhereTheyConnectTo) {
  const InputRules rules({"https://"});
  EXPECT_TRUE(fetches(rules, "https://example.org/a"));
  EXPECT_FALSE(trusts(rules, "https://example.org/a"));
  EXPECT_FALSE(fetches(rules, "http://example.org/a"));
}

TEST(InputRulesOfUrls, AreRefusedWithoutTheirSecrets) {
  try {
    InputRules({"/srv"}).check_url("https://me:secret@evil.net/a?token=1");
    FAIL() << "passed";
  } catch (const std::runtime_error& refused) {
    EXPECT_STREQ(refused.what(), "'inputs.allow' does not name 'https://evil.net'");
  }
}

TEST(InputRules, RefuseEntriesThatAreNeitherPathsNorPlainUrls) {
  for (const char* entry : {"srv", "", "file:///srv", "https://me@host/", "https://host/../x",
                            "https://host/?a", "://host", "ht tp://host"}) {
    EXPECT_THROW(InputRules({entry}), std::invalid_argument) << entry;
  }
}

}  // namespace
