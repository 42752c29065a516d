// The `stack` stage: a batch of equal tensors becomes one with a dimension in front.
#pragma once

#include <capstan/sdk/plugin.hpp>

namespace tensor {

/// A compact tensor of shape n x the shape of each. Throws std::runtime_error for an empty list,
/// for members that are no tensors, and for two that differ in type or shape.
capstan::Ref<capstan::Tensor> stacked(const std::vector<capstan::Item>& members);

class Stack final : public capstan::MapStage {
 public:
  Stack(capstan::StageContext&, const capstan::Options&) {}
  capstan::Item process(capstan::Item in) override;
};

}  // namespace tensor
