#include "transfers.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <capstan/sdk/harness.hpp>
#include <capstan/sdk/plugin.hpp>

#include "test_server.hpp"
#include "transfer.hpp"

using namespace capstan;
using namespace fetch;

extern "C" const PluginDescriptor capstan_plugin;

namespace {

// Several transfers on one loop, as the instances of a stage make them.
class TransfersTest : public testing::Test {
 protected:
  TransfersTest() {
    const StageType& type = capstan_plugin.stage_types[0];
    Options options(type.options, type.n_options);
    EXPECT_FALSE(options.set("allow_private", {"true"}));
    settings_ = std::make_shared<const Settings>(options);
    transfers_->start(loop_);
  }
  ~TransfersTest() override { transfers_->stop(); }

  struct One {
    CancelScope scope;
    Task<std::size_t> task;
    bool is_done = false;
  };

  Task<std::size_t> get(std::string url, One* one) {
    const std::shared_ptr<Transfers> transfers = transfers_;
    Transfer transfer(settings_, rules_, url);
    RunAwaiter run(transfers, transfer);
    const CURLcode code = co_await run;
    if (on_end_) on_end_(one);
    one->is_done = true;
    co_return code == CURLE_OK ? transfer.take_body().size() : 0;
  }
  void start(const std::string& url) {
    all_.push_back(std::make_unique<One>());
    One* one = all_.back().get();
    one->task = get(url, one);
    EXPECT_FALSE(one->task.start(one->scope, nullptr, nullptr));
  }
  bool is_any_running() const {
    for (const auto& one : all_) {
      if (one && one->task && !one->is_done) return true;
    }
    return false;
  }
  void run_all() {
    while (is_any_running()) loop_.run_once();
  }

  ManualLoop loop_;
  InputRules rules_;
  std::shared_ptr<const Settings> settings_;
  std::shared_ptr<Transfers> transfers_ = std::make_shared<Transfers>();
  std::vector<std::unique_ptr<One>> all_;
  std::function<void(One*)> on_end_;
};

}  // namespace

TEST_F(TransfersTest, ManyRunAtOnce) {
  TestServer server([](const Connection& connection) { connection.answer("200 OK", "12345"); });
  for (int i = 0; i < 20; ++i) start(server.url());
  run_all();
  for (const auto& one : all_) EXPECT_EQ(one->task.result(), 5U);
  EXPECT_EQ(loop_.n_watches(), 0U);
}

TEST_F(TransfersTest, OneThatEndsMayStartAnother) {
  TestServer server([](const Connection& connection) { connection.answer("200 OK", "12345"); });
  on_end_ = [&](One*) {
    if (all_.size() < 5) start(server.url());
  };
  start(server.url());
  run_all();
  EXPECT_EQ(all_.size(), 5U);
}

TEST_F(TransfersTest, OneThatEndsMayDropTheOthers) {
  TestServer server([](const Connection& connection) { connection.answer("200 OK", "12345"); });
  on_end_ = [&](One* one) {
    for (const auto& other : all_) {
      if (other.get() != one) other->task = {};
    }
  };
  for (int i = 0; i < 5; ++i) start(server.url());
  run_all();
  EXPECT_EQ(loop_.n_watches(), 0U);
}

TEST_F(TransfersTest, CancellingOneLeavesTheOthers) {
  TestServer server([](const Connection& connection) { connection.answer("200 OK", "12345"); });
  for (int i = 0; i < 3; ++i) start(server.url());
  loop_.run_once();
  all_[1]->scope.request();
  EXPECT_THROW(all_[1]->task.result(), Cancelled);
  all_[1]->is_done = true;
  run_all();
  EXPECT_EQ(all_[0]->task.result(), 5U);
  EXPECT_EQ(all_[2]->task.result(), 5U);
}

TEST_F(TransfersTest, OneAlreadyCancelledNeverStarts) {
  auto one = std::make_unique<One>();
  one->scope.request();
  one->task = get("http://127.0.0.1:1/", one.get());
  EXPECT_TRUE(one->task.start(one->scope, nullptr, nullptr));
  EXPECT_THROW(one->task.result(), Cancelled);
}
