#include <capstan/sdk/payload.hpp>

#include <unistd.h>

#include <new>

CAPSTAN_BEGIN_NAMESPACE

namespace {

// GCC and libav* both like 64-byte alignment for vector loads.
constexpr std::align_val_t kAlignment{64};

struct OwnedBlock final : RefCounted {
  explicit OwnedBlock(std::size_t size)
      : memory(static_cast<std::byte*>(::operator new(size ? size : 1, kAlignment))) {}
  ~OwnedBlock() override { ::operator delete(memory, kAlignment); }
  std::byte* memory;
};

struct AdoptedBlock final : RefCounted {
  AdoptedBlock(Buffer::Release release_with, void* with)
      : release_memory(release_with), opaque(with) {}
  ~AdoptedBlock() override { release_memory(opaque); }
  Buffer::Release release_memory;
  void* opaque;
};

}  // namespace

RefCounted::~RefCounted() = default;

Buffer Buffer::allocate(std::size_t size) {
  Buffer buffer;
  auto block = make_ref<OwnedBlock>(size);
  buffer.data_ = block->memory;
  buffer.size_ = size;
  buffer.block_ = std::move(block);
  return buffer;
}

Buffer Buffer::adopt(void* data, std::size_t size, Release release, void* opaque) {
  Buffer buffer;
  buffer.block_ = make_ref<AdoptedBlock>(release, opaque);
  buffer.data_ = static_cast<std::byte*>(data);
  buffer.size_ = size;
  return buffer;
}

Payload::~Payload() {
  if (account_) {
    account_->bytes.fetch_sub(static_cast<std::int64_t>(charged_bytes_), std::memory_order_relaxed);
  }
}

void* Payload::query(const char*) noexcept { return nullptr; }

void Payload::charge(MemoryAccount& account) noexcept {
  if (account_) return;
  account_ = &account;
  charged_bytes_ = own_bytes();
  account.bytes.fetch_add(static_cast<std::int64_t>(charged_bytes_), std::memory_order_relaxed);
}

Reference::Reference(std::string location) : location_(std::move(location)) {}
Reference::~Reference() = default;
std::size_t Reference::size_bytes() const noexcept { return location_.size(); }

Bytes::Bytes(Buffer buffer, std::string media_type, std::string name)
    : buffer_(std::move(buffer)), media_type_(std::move(media_type)), name_(std::move(name)) {}
Bytes::~Bytes() = default;

File::File(int fd, std::uint64_t size, std::string media_type, std::string name)
    : fd_(fd), content_bytes_(size), media_type_(std::move(media_type)), name_(std::move(name)) {}
File::~File() { ::close(fd_); }

FailedInput::FailedInput(std::string location, std::string reason)
    : location_(std::move(location)), reason_(std::move(reason)) {}
FailedInput::~FailedInput() = default;
std::size_t FailedInput::size_bytes() const noexcept { return location_.size() + reason_.size(); }

CAPSTAN_END_NAMESPACE
