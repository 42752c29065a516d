#include "path_template.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include <capstan/sdk/detail/item_access.hpp>

using namespace capstan;
using write_plugin::PathTemplate;

namespace {

Item item_of(const std::string& job_path, std::uint64_t index = 0,
             const std::string& media_type = "image/jpeg", const std::string& name = "") {
  Item item(make_ref<Bytes>(Buffer::allocate(1), media_type, name));
  auto job = make_ref<JobInfo>();
  job->id = "j7";
  job->path = job_path;
  ItemAccess::set_job(item, Ref<const JobInfo>(job));
  ItemAccess::set_index(item, index);
  return item;
}

std::string expand(const std::string& text, const Item& item) {
  return PathTemplate(text).expand(item);
}

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const std::exception& failure) {
    return failure.what();
  }
  return "no failure";
}

std::string refusal(const std::string& text) {
  return message_of([&] { PathTemplate parsed(text); });
}
std::string failure(const std::string& text, const Item& item) {
  return message_of([&] { expand(text, item); });
}

}  // namespace

TEST(PathTemplate, VariablesBecomeTheItemsValues) {
  const Item item = item_of("a/b.c/d.mp4", 7);
  EXPECT_EQ(expand("/r/{job.path}/{index}.jpg", item), "a/b.c/d.mp4/7.jpg");
  EXPECT_EQ(expand("/r/{job.stem}-{index:04}.{ext}", item), "a/b.c/d-0007.jpg");
  EXPECT_EQ(expand("/r/{job.name}", item), "d.mp4");
  EXPECT_EQ(expand("/r/{job.id}", item), "j7");
  EXPECT_EQ(expand("/r/{{{job.id}}}", item), "{j7}");
}

TEST(PathTemplate, TheRootIsTheFolderBeforeTheFirstVariable) {
  EXPECT_EQ(PathTemplate("/srv/thumbs/x{index}.jpg").root(), "/srv/thumbs/");
  EXPECT_EQ(PathTemplate("{index}.jpg").root(), "");
  EXPECT_EQ(PathTemplate("../one.jpg").root(), "../");
}

TEST(PathTemplate, TheStemKeepsHiddenNames) {
  EXPECT_EQ(expand("/r/{job.stem}", item_of("a.d/.hidden")), "a.d/.hidden");
  EXPECT_EQ(expand("/r/{job.stem}", item_of("a.d/plain")), "a.d/plain");
}

TEST(PathTemplate, MetadataIsNamedByTheTemplate) {
  Item item = item_of("x");
  item.set_meta("label", "cats/big");
  EXPECT_EQ(expand("/r/{meta.label}/{index}", item), "cats/big/0");
  EXPECT_EQ(failure("/r/{meta.other}/{index}", item), "{meta.other} is empty for this item");
}

TEST(PathTemplate, TheExtensionFollowsTheMediaTypeThenTheName) {
  EXPECT_EQ(expand("/r/x.{ext}", item_of("x", 0, "image/WEBP; q=1")), "x.webp");
  EXPECT_EQ(expand("/r/x.{ext}", item_of("x", 0, "", "clip.mkv")), "x.mkv");
  EXPECT_EQ(expand("/r/x.{ext}", item_of("x", 0, "", "no extension./")), "x.bin");
}

TEST(PathTemplate, MistakesAreFoundBeforeAnythingRuns) {
  EXPECT_EQ(refusal("/r/{job.pth}"),
            "path: unknown variable '{job.pth}'; the nearest is '{job.path}'");
  EXPECT_EQ(refusal("/r/{index:x4}"),
            "path: only {index} takes a width, from 1 to 20, as in {index:04}");
  EXPECT_EQ(refusal("/r/{job.id:04}"),
            "path: only {index} takes a width, from 1 to 20, as in {index:04}");
  EXPECT_EQ(refusal("/r/{index"), "path: '{' is never closed; write '{{' for a plain brace");
  EXPECT_EQ(refusal("/r/index}"), "path: '}' without '{'; write '}}' for a plain brace");
  EXPECT_EQ(refusal("/r/{index}/../x"), "path: '..' may only stand before the first variable");
  EXPECT_EQ(refusal("/r/{index}/"),
            "path: names a folder; end it with a file name such as {index}.jpg");
  EXPECT_EQ(refusal("/r/"), "path: names a folder; end it with a file name such as {index}.jpg");
  EXPECT_EQ(refusal(""), "path: is empty");
}

TEST(PathTemplate, ValuesCannotLeaveTheRoot) {
  EXPECT_EQ(failure("/r/{job.path}", item_of("a/../../x")),
            "{job.path} would leave the folder: 'a/../../x'");
  EXPECT_EQ(expand("/r/{job.path}", item_of("/etc//./passwd")), "etc/passwd");
  EXPECT_EQ(failure("/r/{job.path}", item_of("///")), "{job.path} is empty for this item");
  EXPECT_EQ(failure("/r/{job.path}", item_of(std::string("a\0b", 3))),
            "{job.path} contains a NUL character");
  Item item = item_of("a");
  item.set_meta("dot", ".x");
  EXPECT_EQ(expand("/r/.{meta.dot}", item), "..x");
}

TEST(PathTemplate, HarmlessPiecesCannotAddUpToAStepUpwards) {
  Item item = item_of("a");
  item.set_meta("extension", "a/.");
  EXPECT_EQ(expand("/r/{meta.extension}/x", item), "a/x");
  // "..jpg" without its extension is ".", and the template has the other dot.
  EXPECT_EQ(failure("/r/{index}/.{job.stem}/x", item_of("..jpg")),
            "the path would leave its folder: '0/../x'");
}

TEST(PathTemplate, AUrlBecomesAPathWithoutCredentials) {
  EXPECT_EQ(expand("/r/{job.path}/{index}", item_of("https://me:pw@host:8/a/../b//c.mp4?x=1")),
            "https/host:8/a/%2E%2E/b/c.mp4?x=1/0");
  EXPECT_EQ(expand("/r/{job.name}", item_of("http://host/")), "host");
}

TEST(PathTemplate, NamesThatNoFileSystemTakesAreRefused) {
  EXPECT_EQ(expand("/r/{job.path}", item_of(std::string(255, 'a'))).size(), 255U);
  EXPECT_EQ(failure("/r/{job.path}.jpg", item_of(std::string(252, 'a'))),
            "a name of 256 bytes is longer than the 255 a file system takes: '" +
                std::string(40, 'a') + "...'");
}

TEST(PathTemplate, OddBytesAreKept) {
  EXPECT_EQ(expand("/r/{job.path}", item_of("a\nb/\xff\xfe")), "a\nb/\xff\xfe");
}
