// The `npy` stage: a tensor becomes a file that numpy.load reads.
#pragma once

#include <capstan/sdk/plugin.hpp>

namespace tensor {

/// The file: format version 1.0 of NumPy's numpy.lib.format, row-major. Throws std::runtime_error
/// for element types that NumPy has no name for.
capstan::Buffer npy_file(const capstan::Tensor& array);

class Npy final : public capstan::MapStage {
 public:
  Npy(capstan::StageContext&, const capstan::Options&) {}
  capstan::Item process(capstan::Item in) override;
};

}  // namespace tensor
