#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include <capstan/sdk/harness.hpp>
#include <capstan/sdk/plugin.hpp>

#include "test_server.hpp"

using namespace capstan;
using namespace std::chrono_literals;
using fetch::Connection;
using fetch::TestServer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

extern "C" const PluginDescriptor capstan_plugin;

namespace {

Item reference_to(const std::string& location) { return Item(make_ref<Reference>(location)); }

StageHarness make_fetch(StageHarness::OptionValues options = {}) {
  options.insert({"allow_private", {"true"}});
  return StageHarness(capstan_plugin, "fetch", std::move(options));
}

std::string body_of(StageHarness& fetch, const std::string& url) {
  const auto out = fetch.feed(reference_to(url));
  EXPECT_EQ(out.size(), 1U);
  return std::string(out.at(0).get<Bytes>().buffer().text());
}

std::string failure_of(StageHarness& fetch, const std::string& url) {
  try {
    fetch.feed(reference_to(url));
  } catch (const StageFailed& failure) {
    return failure.what();
  }
  return "no failure";
}

// The failure of a stage that tries once.
std::string failure_of_one_try(const std::string& url, StageHarness::OptionValues options = {}) {
  options.insert({"retries", {"0"}});
  StageHarness fetch = make_fetch(std::move(options));
  return failure_of(fetch, url);
}

}  // namespace

TEST(Fetch, GivesTheBodyWithItsTypeAndName) {
  TestServer server([](const Connection& connection) {
    connection.answer("200 OK", "a picture", "Content-Type: image/jpeg\r\n");
  });
  StageHarness fetch = make_fetch();
  const auto out = fetch.feed(reference_to(server.url("/a/cat.jpg?size=1")));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].get<Bytes>().buffer().text(), "a picture");
  EXPECT_EQ(out[0].get<Bytes>().media_type(), "image/jpeg");
  EXPECT_EQ(out[0].get<Bytes>().name(), "cat.jpg");
  EXPECT_EQ(fetch.loop().n_watches(), 0U);
}

TEST(Fetch, APathPassesUntouchedAndAnotherSchemeFails) {
  StageHarness fetch = make_fetch();
  const auto out = fetch.feed(reference_to("/srv/clip.mp4"));
  EXPECT_EQ(out.at(0).get<Reference>().location(), "/srv/clip.mp4");
  EXPECT_EQ(failure_of(fetch, "ftp://host/x"), "cannot get 'ftp' URLs, only http and https");
}

TEST(Fetch, LargeBodiesArriveWholeWhetherAnnouncedOrNot) {
  std::string body;
  for (int i = 0; body.size() < 5'000'000; ++i) body += std::to_string(i);
  TestServer server([&](const Connection& connection) {
    if (connection.number() == 1) return connection.answer("200 OK", body);
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    connection.send(body);
  });
  StageHarness fetch = make_fetch();
  EXPECT_TRUE(body_of(fetch, server.url()) == body);
  EXPECT_TRUE(body_of(fetch, server.url()) == body);
}

TEST(Fetch, AnEmptyBodyIsEmptyBytes) {
  TestServer server([](const Connection& connection) { connection.answer("200 OK", ""); });
  StageHarness fetch = make_fetch();
  EXPECT_EQ(body_of(fetch, server.url()), "");
}

TEST(Fetch, HeadersAgentAndCredentialsAreSent) {
  TestServer server(
      [](const Connection& connection) { connection.answer("200 OK", connection.head()); });
  StageHarness fetch =
      make_fetch({{"headers", {"X-Key: 1", "Accept: image/*"}}, {"user_agent", {"tester"}}});
  const std::string head = body_of(fetch, "http://me:secret@" + server.place() + "/");
  EXPECT_THAT(head, HasSubstr("X-Key: 1\r\n"));
  EXPECT_THAT(head, HasSubstr("Accept: image/*\r\n"));
  EXPECT_THAT(head, HasSubstr("User-Agent: tester\r\n"));
  EXPECT_THAT(head, HasSubstr("Authorization: Basic "));
}

TEST(Fetch, AHeaderThatIsNoneIsRefusedAtOnce) {
  EXPECT_THROW(make_fetch({{"headers", {"no colon"}}}), std::invalid_argument);
  EXPECT_THROW(make_fetch({{"headers", {"A: b\r\nC: d"}}}), std::invalid_argument);
}

TEST(Fetch, ClientErrorsAreFinal) {
  TestServer server([](const Connection& connection) { connection.answer("404 Not Found", "x"); });
  StageHarness fetch = make_fetch();
  EXPECT_EQ(failure_of(fetch, server.url()), "HTTP 404");
  EXPECT_EQ(server.n_requests(), 1);
}

TEST(Fetch, ServerErrorsAreTriedAgainLaterAndLater) {
  TestServer server([](const Connection& connection) {
    if (connection.number() < 3) return connection.answer("503 Busy", "");
    connection.answer("200 OK", "at last");
  });
  StageHarness fetch = make_fetch();
  const auto before = fetch.loop().now();
  EXPECT_EQ(body_of(fetch, server.url()), "at last");
  EXPECT_GE(fetch.loop().now() - before, 250ms + 500ms);
  ASSERT_EQ(fetch.log_lines().size(), 2U);
  EXPECT_THAT(fetch.log_lines()[0], MatchesRegex("info: HTTP 503; trying again in [0-9]+ ms"));
}

TEST(Fetch, TheLastFailureSaysHowManyTriesThereWere) {
  TestServer server([](const Connection& connection) { connection.answer("500 Oops", ""); });
  StageHarness fetch = make_fetch({{"retries", {"1"}}});
  EXPECT_EQ(failure_of(fetch, server.url()), "HTTP 500 (after 2 tries)");
}

TEST(Fetch, AServersWishToWaitIsRespectedWithinReason) {
  TestServer server([](const Connection& connection) {
    if (connection.number() == 1) {
      return connection.answer("429 Slow Down", "", "Retry-After: 7\r\n");
    }
    connection.answer("429 Slow Down", "", "Retry-After: 3600\r\n");
  });
  StageHarness fetch = make_fetch();
  const auto before = fetch.loop().now();
  EXPECT_EQ(failure_of(fetch, server.url()), "HTTP 429 (after 2 tries)");
  EXPECT_GE(fetch.loop().now() - before, 7s);
  EXPECT_LT(fetch.loop().now() - before, 60s);
}

TEST(Fetch, ABodyShorterThanAnnouncedIsTriedAgain) {
  TestServer server([](const Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
  });
  StageHarness fetch = make_fetch({{"retries", {"1"}}});
  EXPECT_THAT(failure_of(fetch, server.url()),
              MatchesRegex("the connection ended after 5 bytes \\(.*\\) \\(after 2 tries\\)"));
  EXPECT_EQ(server.n_requests(), 2);
}

TEST(Fetch, AConnectionThatIsResetIsTriedAgain) {
  TestServer server([](const Connection& connection) {
    if (connection.number() == 1) return connection.reset();
    connection.answer("200 OK", "fine");
  });
  StageHarness fetch = make_fetch();
  EXPECT_EQ(body_of(fetch, server.url()), "fine");
}

TEST(Fetch, AnEndlessBodyStopsAtTheLimit) {
  TestServer server([](const Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(65536, 'x'))) {
    }
  });
  EXPECT_EQ(failure_of_one_try(server.url(), {{"max_size", {"3MiB"}}}),
            "larger than max_size (3 MiB)");
}

TEST(Fetch, AnAnnouncedSizeAboveTheLimitIsRefusedAtOnce) {
  TestServer server([](const Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n");
    connection.wait_for_close();
  });
  EXPECT_EQ(failure_of_one_try(server.url(), {{"max_size", {"1000"}}}),
            "larger than max_size (1000 bytes)");
}

TEST(Fetch, ASizeOfExactlyTheLimitIsTaken) {
  TestServer server([](const Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    connection.send(std::string(1000, 'x'));
  });
  StageHarness fetch = make_fetch({{"max_size", {"1000"}}});
  EXPECT_EQ(body_of(fetch, server.url()).size(), 1000U);
}

TEST(Fetch, RedirectsAreFollowedUpToALimit) {
  TestServer server([](const Connection& connection) {
    if (connection.head().find("GET /end") == 0) return connection.answer("200 OK", "there");
    const bool is_loop = connection.head().find("GET /loop") == 0;
    connection.answer("302 Found", "elsewhere",
                      std::string("Location: ") + (is_loop ? "/loop" : "/end") + "\r\n");
  });
  StageHarness fetch = make_fetch();
  EXPECT_EQ(body_of(fetch, server.url("/start")), "there");
  EXPECT_EQ(failure_of(fetch, server.url("/loop")), "more than 5 redirects");
}

TEST(Fetch, GetsWhatTheOperatorsRulesNameAndNothingElse) {
  TestServer server([](const Connection& connection) {
    if (connection.head().find("/away") == std::string::npos) {
      return connection.answer("200 OK", "body");
    }
    connection.answer("302 Found", "", "Location: /secret\r\n");
  });
  StageHarness fetch = make_fetch();
  fetch.set_input_rules(
      InputRules({"http://" + server.place() + "/media/", "http://" + server.place() + "/away"}));
  EXPECT_EQ(body_of(fetch, server.url("/media/a")), "body");
  const std::string refused = "'inputs.allow' does not name 'http://" + server.place() + "'";
  EXPECT_EQ(failure_of(fetch, server.url("/secret")), refused);
  EXPECT_EQ(failure_of(fetch, "https://example.org/media/a"),
            "'inputs.allow' does not name 'https://example.org'");
  EXPECT_EQ(server.n_requests(), 1);
  EXPECT_EQ(failure_of(fetch, server.url("/away")), "a redirect is not followed: " + refused);
  EXPECT_EQ(server.n_requests(), 2);
}

TEST(Fetch, RedirectsLeadToTheWebOnly) {
  TestServer server([](const Connection& connection) {
    connection.answer("302 Found", "", "Location: file:///etc/passwd\r\n");
  });
  StageHarness fetch = make_fetch();
  EXPECT_EQ(failure_of(fetch, server.url()), "led to something other than http or https");
}

TEST(Fetch, AnAnswerThatIsNoneOfOursFails) {
  TestServer server([](const Connection& connection) {
    connection.send("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
  });
  EXPECT_EQ(failure_of_one_try(server.url()), "HTTP 304");
}

TEST(Fetch, ASilentServerTimesOut) {
  TestServer server([](const Connection& connection) { connection.wait_for_close(); });
  EXPECT_EQ(failure_of_one_try(server.url(), {{"timeout", {"50ms"}}}), "timed out after 0.05 s");
}

TEST(Fetch, AClosedPortIsNamed) {
  StageHarness fetch = make_fetch({{"retries", {"1"}}});
  EXPECT_EQ(failure_of(fetch, "http://me:secret@127.0.0.1:1/"),
            "could not connect to 127.0.0.1:1: Connection refused (after 2 tries)");
  for (const std::string& line : fetch.log_lines()) EXPECT_THAT(line, Not(HasSubstr("secret")));
}

TEST(Fetch, PrivateAddressesNeedPermission) {
  TestServer server([](const Connection& connection) { connection.answer("200 OK", "secret"); });
  StageHarness fetch(capstan_plugin, "fetch");
  EXPECT_EQ(failure_of(fetch, server.url()),
            "127.0.0.1 is not a public address; the option 'allow_private: true' permits it");
  EXPECT_EQ(failure_of(fetch, "http://[::1]:1/"),
            "[::1] is not a public address; the option 'allow_private: true' permits it");
  EXPECT_EQ(failure_of(fetch, "http://2130706433:1/"),
            "127.0.0.1 is not a public address; the option 'allow_private: true' permits it");
  EXPECT_EQ(server.n_requests(), 0);
}

TEST(Fetch, CancelledHalfWayLeavesNothingOnTheLoop) {
  TestServer server([](const Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\nsome");
    connection.wait_for_close();
  });
  StageHarness fetch = make_fetch();
  fetch.begin(reference_to(server.url()));
  while (server.n_requests() == 0) fetch.loop().run_once();
  EXPECT_GT(fetch.loop().n_watches(), 0U);
  fetch.cancel();
  EXPECT_TRUE(fetch.is_done());
  EXPECT_THAT(fetch.take_outputs(), IsEmpty());
  EXPECT_EQ(fetch.loop().n_watches(), 0U);
}

TEST(Fetch, CancelledBetweenTriesStopsWaiting) {
  TestServer server([](const Connection& connection) { connection.answer("503 Busy", ""); });
  StageHarness fetch = make_fetch();
  fetch.begin(reference_to(server.url()));
  while (fetch.log_lines().empty()) fetch.loop().run_once();
  fetch.cancel();
  EXPECT_TRUE(fetch.is_done());
  EXPECT_EQ(fetch.loop().n_watches(), 0U);
}

TEST(Fetch, AnInstanceMayGoWhileItsTransferRuns) {
  TestServer server([](const Connection& connection) { connection.wait_for_close(); });
  StageHarness fetch = make_fetch();
  fetch.begin(reference_to(server.url()));
  while (server.n_requests() == 0) fetch.loop().run_once();
}
