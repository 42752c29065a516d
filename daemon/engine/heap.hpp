// The C library's allocator, told that memory is to be given back.
#pragma once

namespace capstan::engine {

/// Large buffers come from the system one by one and go back to it when they are freed. Once,
/// before other threads run. Otherwise glibc learns from the first frame that it frees to keep
/// buffers of that size in the arenas of its threads, where they leave holes: the process then
/// grows to several times the memory budget, although no more payload than that is ever alive.
void return_large_buffers() noexcept;

}  // namespace capstan::engine
