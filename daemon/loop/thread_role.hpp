// Homes of state, in a form that the compiler and debug builds check.
//
// A thread has a role: the loop, a worker, or none. CAPSTAN_ON_LOOP on a function and
// CAPSTAN_LOOP_ONLY on a member say that only the loop thread may call or touch it; clang's
// -Wthread-safety proves it, and check() at each entry point asserts it.
#pragma once

#include <cassert>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define CAPSTAN_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define CAPSTAN_THREAD_ATTRIBUTE(x)
#endif

#define CAPSTAN_CAPABILITY(name) CAPSTAN_THREAD_ATTRIBUTE(capability(name))
#define CAPSTAN_SCOPED_CAPABILITY CAPSTAN_THREAD_ATTRIBUTE(scoped_lockable)
#define CAPSTAN_GUARDED_BY(x) CAPSTAN_THREAD_ATTRIBUTE(guarded_by(x))
#define CAPSTAN_REQUIRES(x) CAPSTAN_THREAD_ATTRIBUTE(requires_capability(x))
#define CAPSTAN_ACQUIRE(...) CAPSTAN_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define CAPSTAN_RELEASE(...) CAPSTAN_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define CAPSTAN_ASSERTS(x) CAPSTAN_THREAD_ATTRIBUTE(assert_capability(x))

#define CAPSTAN_ON_LOOP CAPSTAN_REQUIRES(::capstan::loop_home)
#define CAPSTAN_LOOP_ONLY CAPSTAN_GUARDED_BY(::capstan::loop_home)

namespace capstan {

enum class ThreadRole { none = 0, loop, worker };

/// The calling thread's role. Set by the loop and the pool; tests that play both set it too.
inline thread_local ThreadRole current_thread_role = ThreadRole::none;

/// Gives the calling thread a role for a scope.
class RoleScope {
 public:
  explicit RoleScope(ThreadRole role) noexcept : before_(current_thread_role) {
    current_thread_role = role;
  }
  ~RoleScope() { current_thread_role = before_; }
  RoleScope(const RoleScope&) = delete;
  RoleScope& operator=(const RoleScope&) = delete;

 private:
  ThreadRole before_;
};

/// The home of state that one kind of thread owns.
class CAPSTAN_CAPABILITY("thread") Home {
 public:
  explicit constexpr Home(ThreadRole role) noexcept : role_(role) {}
  /// Aborts in debug builds when the caller is not at home.
  void check() const noexcept CAPSTAN_ASSERTS(this) { assert(current_thread_role == role_); }

 private:
  [[maybe_unused]] ThreadRole role_;
};

inline constexpr Home loop_home{ThreadRole::loop};
inline constexpr Home worker_home{ThreadRole::worker};

/// std::mutex with the attributes that libstdc++'s lacks.
class CAPSTAN_CAPABILITY("mutex") Mutex {
 public:
  void lock() CAPSTAN_ACQUIRE() { mutex_.lock(); }
  void unlock() CAPSTAN_RELEASE() { mutex_.unlock(); }

 private:
  friend class Condition;
  std::mutex mutex_;
};

/// std::condition_variable for that mutex.
class Condition {
 public:
  /// May wake without reason: the caller looks again.
  void wait(Mutex& mutex) CAPSTAN_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  void notify_one() noexcept { condition_.notify_one(); }
  void notify_all() noexcept { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

class CAPSTAN_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) CAPSTAN_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() CAPSTAN_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace capstan
