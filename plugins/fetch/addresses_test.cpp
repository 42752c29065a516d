#include "addresses.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "body.hpp"
#include "url.hpp"

namespace {

bool is_public(const char* text) {
  sockaddr_storage storage{};
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text, &v6->sin6_addr), 1) << text;
    storage.ss_family = AF_INET6;
  }
  return fetch::is_public(*address);
}

}  // namespace

TEST(Addresses, TheInternetIsPublic) {
  for (const char* text :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "128.0.0.1",
        "172.15.0.1", "172.32.0.1", "192.167.0.1", "223.255.255.255", "2606:4700::1111",
        "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
}

TEST(Addresses, ThisMachineAndLocalNetworksAreNot) {
  for (const char* text :
       {"0.0.0.0",         "10.1.2.3",   "100.64.0.1",      "127.0.0.1",   "127.255.255.255",
        "169.254.169.254", "172.16.0.1", "172.31.255.255",  "192.168.0.1", "198.18.0.1",
        "224.0.0.1",       "240.0.0.1",  "255.255.255.255", "::",          "::1",
        "fe80::1",         "fc00::1",    "fd12::1",         "ff02::1",     "fec0::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(Addresses, IPv4InOtherClothesIsStillFound) {
  for (const char* text :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::169.254.169.254",
        "64:ff9b:1::1", "2002:7f00:1::", "2001::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(Url, PartsAreReadWithoutCredentials) {
  EXPECT_EQ(fetch::scheme_of("HTTPS://x/"), "https");
  EXPECT_EQ(fetch::scheme_of("/a/b://c"), "");
  EXPECT_EQ(fetch::scheme_of("clip.mp4"), "");
  EXPECT_EQ(fetch::host_of("https://me:p@ss@host:8080/x@y"), "host:8080");
  EXPECT_EQ(fetch::name_of("https://host/a/clip.mp4?x=/b#c"), "clip.mp4");
  EXPECT_EQ(fetch::name_of("https://host/a/"), "");
  EXPECT_EQ(fetch::name_of("https://host"), "");
}

TEST(Body, GrowsAndGivesItsMemoryAway) {
  fetch::Body body;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece = std::to_string(i) + ",";
    ASSERT_TRUE(body.append(piece.data(), piece.size()));
    expected += piece;
  }
  const capstan::Buffer buffer = body.take();
  EXPECT_EQ(buffer.text(), expected);
  EXPECT_EQ(body.size(), 0U);
  EXPECT_EQ(body.take().size(), 0U);
}
