// The `unbatch` stage: the items of a batch go on by themselves.
#pragma once

#include <capstan/sdk/plugin.hpp>

namespace flow {

/// Gives the members of a list in order, each with its own job, index and metadata.
class Unbatch final : public capstan::AsyncGeneratorStage {
 public:
  Unbatch(capstan::StageContext& context, const capstan::Options& options);
  capstan::AsyncGenerator<capstan::Item> process(capstan::Item in) override;
};

}  // namespace flow
