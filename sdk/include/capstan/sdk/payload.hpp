// What flows along the edges of a pipeline.
//
// Ownership: a payload is shared by count and read-only while shared; whoever holds the only
// reference may write. Its memory is a Buffer, released by its maker's callback, on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <capstan/sdk/ref.hpp>

CAPSTAN_BEGIN_NAMESPACE

/// Bytes of payload memory in flight, kept by the engine; payloads only add and subtract.
struct MemoryAccount {
  std::atomic<std::int64_t> bytes{0};
};

/// A counted view of memory with a release callback. Copies share; empty by default.
/// Threads: may be copied and dropped on any thread.
class CAPSTAN_EXPORT Buffer {
 public:
  /// Frees what the buffer views. Runs once, on the thread that drops the last copy.
  using Release = void (*)(void* opaque) noexcept;

  Buffer() = default;
  /// New memory of `size` bytes, aligned to 64, contents undefined. Throws std::bad_alloc.
  static Buffer allocate(std::size_t size);
  /// Views memory that somebody else owns until `release(opaque)`.
  static Buffer adopt(void* data, std::size_t size, Release release, void* opaque);

  const std::byte* data() const noexcept { return data_; }
  /// Writable only while is_unique(); the caller checks.
  std::byte* mutable_data() noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool is_unique() const noexcept { return block_ && block_->is_unique(); }
  std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data_), size_}; }
  /// The same memory, fewer bytes: for a buffer that was allocated before its size was known.
  void shrink(std::size_t size) noexcept { size_ = size < size_ ? size : size_; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  Ref<RefCounted> block_;
};

/// Base of all payloads. Types are told apart by name, since a plugin's own types have no
/// identity that the daemon could know at build time.
class CAPSTAN_EXPORT Payload : public RefCounted {
 public:
  ~Payload() override;
  /// The type's name as graphs and messages use it, such as "video_frame".
  virtual const char* type() const noexcept = 0;
  /// Memory that lives as long as this payload, in bytes: what bounded edges count.
  virtual std::size_t size_bytes() const noexcept = 0;
  /// The part of size_bytes() that no other payload has been charged for already.
  virtual std::size_t own_bytes() const noexcept { return size_bytes(); }
  /// False when somebody beside the holders of this payload reads its memory, such as a decoder.
  virtual bool is_writable() const noexcept { return true; }
  /// Interfaces added after SDK 1.0 are asked for by name; null when the type lacks it.
  virtual void* query(const char* interface_name) noexcept;

  /// Adds own_bytes() to the account until destruction. Only the first call counts.
  void charge(MemoryAccount& account) noexcept;

 private:
  MemoryAccount* account_ = nullptr;
  std::size_t charged_bytes_ = 0;
};

using PayloadRef = Ref<Payload>;

/// A path or URL: the input that is yet to be read.
class CAPSTAN_EXPORT Reference final : public Payload {
 public:
  static constexpr const char* kType = "reference";
  /// `location` is a path (any bytes but NUL) or a URL.
  explicit Reference(std::string location);
  ~Reference() override;
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override;
  const std::string& location() const noexcept { return location_; }

 private:
  std::string location_;
};

/// A run of bytes: a file's content, an encoded picture.
class CAPSTAN_EXPORT Bytes final : public Payload {
 public:
  static constexpr const char* kType = "bytes";
  /// `media_type` as in HTTP ("image/jpeg"), empty when unknown; `name` is the file name or URL
  /// the bytes came from, for messages and as a hint to demuxers; may be empty.
  explicit Bytes(Buffer buffer, std::string media_type = {}, std::string name = {});
  ~Bytes() override;
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override { return buffer_.size(); }
  const Buffer& buffer() const noexcept { return buffer_; }
  const std::string& media_type() const noexcept { return media_type_; }
  const std::string& name() const noexcept { return name_; }

 private:
  Buffer buffer_;
  std::string media_type_;
  std::string name_;
};

/// A file on disk that has no name: content that may be larger than memory. It is gone with its
/// last holder, unless that one gave it a name (linkat).
class CAPSTAN_EXPORT File final : public Payload {
 public:
  static constexpr const char* kType = "file";
  /// Takes over `fd`, an open regular file of `size` bytes that nobody writes any more.
  /// `media_type` and `name` as those of Bytes.
  File(int fd, std::uint64_t size, std::string media_type = {}, std::string name = {});
  /// Closes the descriptor.
  ~File() override;
  const char* type() const noexcept override { return kType; }
  /// What it takes of memory; the content is on disk.
  std::size_t size_bytes() const noexcept override { return media_type_.size() + name_.size(); }
  /// Borrowed. All holders share its position: read with pread.
  int fd() const noexcept { return fd_; }
  std::uint64_t content_bytes() const noexcept { return content_bytes_; }
  const std::string& media_type() const noexcept { return media_type_; }
  const std::string& name() const noexcept { return name_; }

 private:
  int fd_;
  std::uint64_t content_bytes_;
  std::string media_type_;
  std::string name_;
};

/// What a source emits for an input that exists but cannot be taken (a folder without
/// permission): the engine records a job that failed with this reason, and the source goes on.
class CAPSTAN_EXPORT FailedInput final : public Payload {
 public:
  static constexpr const char* kType = "failed_input";
  FailedInput(std::string location, std::string reason);
  ~FailedInput() override;
  const char* type() const noexcept override { return kType; }
  std::size_t size_bytes() const noexcept override;
  const std::string& location() const noexcept { return location_; }
  const std::string& reason() const noexcept { return reason_; }

 private:
  std::string location_;
  std::string reason_;
};

CAPSTAN_END_NAMESPACE
