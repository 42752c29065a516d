#include "transfer.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <new>

#include "addresses.hpp"
#include "url.hpp"

namespace fetch {

namespace {

// One read from a socket: large enough for speed, small enough to hold the loop for microseconds.
constexpr long kReadBytes = 64L << 10;
// A size that a server announces is believed up to here; beyond, memory follows what arrives.
constexpr std::uint64_t kMaxReserveBytes = std::uint64_t{16} << 20;

template <class T>
void set(CURL* handle, CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) throw std::logic_error("libcurl lacks an option that fetch needs");
}

}  // namespace

Transfer::Transfer(std::shared_ptr<const Settings> settings, const capstan::InputRules& rules,
                   const std::string& url)
    : settings_(std::move(settings)),
      rules_(rules),
      host_(host_of(url)),
      handle_(curl_easy_init()) {
  rules_.check_url(url);
  if (!handle_) throw std::bad_alloc();
  CURL* handle = handle_.get();
  set(handle, CURLOPT_URL, url.c_str());
  set(handle, CURLOPT_USERAGENT, settings_->user_agent.c_str());
  set(handle, CURLOPT_HTTPHEADER, settings_->headers.get());
  set(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(handle, CURLOPT_BUFFERSIZE, kReadBytes);
  // The body of an error page is nobody's media.
  set(handle, CURLOPT_FAILONERROR, 1L);
  set(handle, CURLOPT_FOLLOWLOCATION, 1L);
  set(handle, CURLOPT_MAXREDIRS, static_cast<long>(settings_->max_redirects));
  set_limits();
  set_security();
}

void Transfer::set_limits() const {
  CURL* handle = handle_.get();
  set(handle, CURLOPT_NOSIGNAL, 1L);
  // Without it, giving up during a lookup waits for the lookup, and the loop with it.
  set(handle, CURLOPT_QUICK_EXIT, 1L);
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(settings_->timeout.count()));
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_->connect_timeout.count()));
  set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings_->stall_timeout.count()));
  set(handle, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(settings_->max_size_bytes));
}

void Transfer::set_security() const {
  CURL* handle = handle_.get();
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
  set(handle, CURLOPT_OPENSOCKETDATA, static_cast<void*>(const_cast<Transfer*>(this)));
  set(handle, CURLOPT_PREREQFUNCTION, &Transfer::on_request);
  set(handle, CURLOPT_PREREQDATA, static_cast<void*>(const_cast<Transfer*>(this)));
  // A proxy from the environment would connect in our place, to any address.
  set(handle, CURLOPT_PROXY, "");
  // The folder of certificates is read one small file at a time; the bundle takes tens of
  // milliseconds to parse, on the loop.
  const curl_version_info_data* curl = curl_version_info(CURLVERSION_NOW);
  if (curl->age >= CURLVERSION_SEVENTH && curl->capath) {
    set(handle, CURLOPT_CAPATH, curl->capath);
    set(handle, CURLOPT_CAINFO, static_cast<char*>(nullptr));
  }
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->take(data, size * count);
}

std::size_t Transfer::take(const char* data, std::size_t size) noexcept {
  if (body_.size() == 0) reserve_announced();
  // What was announced was checked already; this is what came.
  if (size > settings_->max_size_bytes - body_.size()) {
    refusal_ = Refusal::too_large;
    return 0;
  }
  if (!body_.append(data, size)) {
    refusal_ = Refusal::no_memory;
    return 0;
  }
  return size;
}

void Transfer::reserve_announced() noexcept {
  const auto announced = info<curl_off_t>(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
  if (announced <= 0) return;
  // When it fails, append() will say so.
  static_cast<void>(body_.reserve(
      static_cast<std::size_t>(std::min(static_cast<std::uint64_t>(announced), kMaxReserveBytes))));
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  return static_cast<Transfer*>(self)->open_socket(*address);
}

// Here, and not where the URL is read, since a name may lead to another address each time it is
// looked up.
curl_socket_t Transfer::open_socket(const curl_sockaddr& address) noexcept try {
  if (!settings_->allows_private && !is_public(address.addr)) {
    private_address_ = format_host(address.addr);
    return CURL_SOCKET_BAD;
  }
  last_address_ = format_address(address.addr);
  return socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
} catch (const std::bad_alloc&) {  // from the texts
  return CURL_SOCKET_BAD;
}

int Transfer::on_request(void* self, char*, char*, int, int) {
  return static_cast<Transfer*>(self)->may_ask() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

// Before each request, since a redirect may lead to where strangers' URLs may not.
bool Transfer::may_ask() noexcept try {
  rules_.check_url(info<const char*>(CURLINFO_EFFECTIVE_URL));
  return true;
} catch (const std::exception& refused) {
  against_rules_ = refused.what();
  return false;
}

std::string Transfer::media_type() const {
  const char* type = info<const char*>(CURLINFO_CONTENT_TYPE);
  return type ? type : "";
}

}  // namespace fetch
