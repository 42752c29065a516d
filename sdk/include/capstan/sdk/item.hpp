// The thing that flows: a payload, a few named values, and the job it belongs to.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <capstan/sdk/payload.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// What a stage may know of the job an item belongs to. Immutable once the job runs.
class CAPSTAN_EXPORT JobInfo : public RefCounted {
 public:
  ~JobInfo() override;
  std::string id;        ///< unique within the daemon
  std::string pipeline;  ///< name of the pipeline
  std::string input;     ///< as it was submitted, path or URL, without credentials
  std::string path;      ///< relative path of the input; two inputs of one source never share it
  std::uint32_t attempt = 1;
};

/// Named values that travel with an item. Small; copied when written while shared.
class CAPSTAN_EXPORT Metadata : public RefCounted {
 public:
  ~Metadata() override;
  std::map<std::string, std::string, std::less<>> values;
};

/// The engine's hold on a job's progress; see Item::absorb.
class CAPSTAN_EXPORT Ticket : public RefCounted {
 public:
  ~Ticket() override;
};

/// An item on its way. A value: copies share the payload. Home: whoever holds it.
///
/// Life: an item that a stage was given belongs to the stage. Outputs are made from it with
/// `with()`, so that they keep its job, its index and its metadata. An empty item (no payload) as
/// output means: drop.
class CAPSTAN_EXPORT Item {
 public:
  Item() = default;
  explicit Item(PayloadRef payload) : payload_(std::move(payload)) {}
  template <class P>
  requires std::is_base_of_v<Payload, P>
  explicit Item(Ref<P> payload) : payload_(std::move(payload)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(payload_); }

  /// The payload as P, or null when it is something else.
  template <class P>
  const P* get_if() const noexcept {
    return payload_ && is_type(P::kType) ? static_cast<const P*>(payload_.get()) : nullptr;
  }
  /// The payload as P; throws WrongPayload naming what is there.
  template <class P>
  const P& get() const {
    if (const P* payload = get_if<P>()) return *payload;
    throw_wrong_payload(P::kType);
  }
  /// The payload as P for writing, or null when it is another type, somebody else holds it too, or
  /// its memory is read by others.
  template <class P>
  P* get_writable() noexcept {
    return payload_ && payload_->is_unique() && payload_->is_writable() && is_type(P::kType)
               ? static_cast<P*>(payload_.get())
               : nullptr;
  }
  const PayloadRef& payload() const noexcept { return payload_; }

  /// The same item carrying another payload.
  Item with(PayloadRef payload) const&;
  Item with(PayloadRef payload) &&;

  /// The job; throws std::logic_error for an item that no engine has seen yet.
  const JobInfo& job() const;
  bool has_job() const noexcept { return static_cast<bool>(job_); }
  /// Position among the items of its job behind the last one-to-many stage, from 0.
  std::uint64_t index() const noexcept { return index_; }

  /// For stages that declare paths: which of them this output takes. Counted from 0.
  std::uint32_t path() const noexcept { return path_; }
  void take_path(std::uint32_t path) noexcept { path_ = path; }

  /// A named value, empty when absent.
  std::string_view meta(std::string_view name) const noexcept;
  void set_meta(std::string_view name, std::string value);

  /// For stages of pipeline scope: this output also stands for `member`, whose job will not end
  /// before this output has. May be called before this item has a payload. For a list of items,
  /// see gather() in list.hpp.
  void absorb(const Item& member);

 private:
  friend struct ItemAccess;  // the engine's door; plugins have none
  bool is_type(const char* type) const noexcept;
  [[noreturn]] void throw_wrong_payload(const char* wanted) const;

  PayloadRef payload_;
  Ref<const JobInfo> job_;
  Ref<Metadata> metadata_;
  Ref<Ticket> ticket_;
  std::uint64_t index_ = 0;
  std::uint32_t path_ = 0;
};

/// Thrown by Item::get.
class CAPSTAN_EXPORT WrongPayload : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~WrongPayload() override;
};

CAPSTAN_END_NAMESPACE
