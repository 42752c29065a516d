// Preloaded into a program, it makes one call fail: $CAPSTAN_FAIL is "malloc:1234", where the name
// is malloc (and all its kin), pthread_create, eventfd, epoll_create or timerfd, and the number
// says which of these calls. $CAPSTAN_FAIL_ON=worker counts only those that workers make.
//
// Allocates nothing itself. The variables are read on the first call, before main().
#include <dlfcn.h>
#include <pthread.h>
#include <sys/prctl.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace {

struct Plan {
  const char* name = nullptr;
  long nth = 0;
  bool is_for_workers = false;
};

const Plan& plan() {
  static Plan read = [] {
    Plan made;
    const char* text = std::getenv("CAPSTAN_FAIL");
    const char* colon = text ? std::strchr(text, ':') : nullptr;
    if (colon) {
      made.name = text;
      made.nth = std::strtol(colon + 1, nullptr, 10);
      made.is_for_workers = std::getenv("CAPSTAN_FAIL_ON") != nullptr;
    }
    return made;
  }();
  return read;
}

bool is_worker() {
  char name[16] = {};
  return ::prctl(PR_GET_NAME, name) == 0 && std::strncmp(name, "worker-", 7) == 0;
}

std::atomic<long> n_calls{0};

bool must_fail(const char* name) {
  const Plan& given = plan();
  const std::size_t length = std::strlen(name);
  if (!given.name || std::strncmp(given.name, name, length) != 0 || given.name[length] != ':') {
    return false;
  }
  if (given.is_for_workers && !is_worker()) return false;
  return n_calls.fetch_add(1, std::memory_order_relaxed) + 1 == given.nth;
}

template <class F>
F* next(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t n, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

__attribute__((visibility("default"))) void* malloc(std::size_t size) {
  if (!must_fail("malloc")) return __libc_malloc(size);
  errno = ENOMEM;
  return nullptr;
}
__attribute__((visibility("default"))) void* calloc(std::size_t n, std::size_t size) {
  if (!must_fail("malloc")) return __libc_calloc(n, size);
  errno = ENOMEM;
  return nullptr;
}
__attribute__((visibility("default"))) void* realloc(void* memory, std::size_t size) {
  if (!must_fail("malloc")) return __libc_realloc(memory, size);
  errno = ENOMEM;
  return nullptr;
}
__attribute__((visibility("default"))) void* aligned_alloc(std::size_t alignment,
                                                           std::size_t size) {
  if (!must_fail("malloc")) return __libc_memalign(alignment, size);
  errno = ENOMEM;
  return nullptr;
}
__attribute__((visibility("default"))) int posix_memalign(void** memory, std::size_t alignment,
                                                          std::size_t size) {
  *memory = must_fail("malloc") ? nullptr : __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

__attribute__((visibility("default"))) int pthread_create(pthread_t* thread,
                                                          const pthread_attr_t* attributes,
                                                          void* (*run)(void*), void* argument) {
  if (must_fail("pthread_create")) return EAGAIN;
  return next<decltype(pthread_create)>("pthread_create")(thread, attributes, run, argument);
}
__attribute__((visibility("default"))) int eventfd(unsigned value, int flags) {
  if (!must_fail("eventfd")) return next<int(unsigned, int)>("eventfd")(value, flags);
  errno = EMFILE;
  return -1;
}
__attribute__((visibility("default"))) int epoll_create1(int flags) {
  if (!must_fail("epoll_create")) return next<int(int)>("epoll_create1")(flags);
  errno = EMFILE;
  return -1;
}
__attribute__((visibility("default"))) int timerfd_create(int clock, int flags) {
  if (!must_fail("timerfd")) return next<int(int, int)>("timerfd_create")(clock, flags);
  errno = EMFILE;
  return -1;
}

}  // extern "C"
