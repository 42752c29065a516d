#include "kernels.hpp"

namespace capstan::ffmpeg::pixels {

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> kernels;
#if defined(__x86_64__)
  // The compiler's own test also asks whether the system keeps the registers.
  const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (has_avx2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vbmi")) {
    kernels.push_back(&kAvx512Kernels);
  }
  if (has_avx2) kernels.push_back(&kAvx2Kernels);
#endif
  kernels.push_back(&kPlainKernels);
  return kernels;
}

const Kernels& best_kernels() {
  static const Kernels& best = *available_kernels().front();
  return best;
}

}  // namespace capstan::ffmpeg::pixels
