#include "cli/check.hpp"
#include "graph/build.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "graph/fake_catalog.hpp"

namespace capstan::cli {

class Check : public testing::Test {
 protected:
  int check(const std::string& text, const std::vector<std::string>& plugin_faults = {}) {
    config::Faults faults;
    const auto configuration = config::parse(text, "c.yaml", {}, faults);
    const auto pipelines = graph::build_all(configuration, graph::FakeCatalog(), faults);
    return report_check(configuration, pipelines, plugin_faults, faults, out_, err_);
  }
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Check, SaysThatAConfigurationIsGood) {
  EXPECT_EQ(check("pipelines: {p: {stages: [use: files, use: decode]}}"), 0);
  EXPECT_EQ(out_.str(), "c.yaml: ok, 1 pipeline, 2 stages\n");
  EXPECT_EQ(err_.str(), "");
}

TEST_F(Check, ShowsFaultsOfFormAndOfTheGraphTogether) {
  EXPECT_EQ(check("daemon: {worker: 2}\npipelines: {p: {stages: [use: file]}}"), 2);
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(err_.str(),
            "c.yaml:1:10: unknown key 'worker' in 'daemon'; did you mean 'workers'?\n"
            "c.yaml:2:31: unknown stage type 'file'; did you mean 'files'?\n"
            "c.yaml: 2 errors\n");
}

TEST_F(Check, ShowsRefusedPluginsWithoutFailing) {
  EXPECT_EQ(check("pipelines: {p: {stages: [use: files]}}", {"bad.so: not a plugin"}), 0);
  EXPECT_EQ(err_.str(), "bad.so: not a plugin\n");
}

}  // namespace capstan::cli
