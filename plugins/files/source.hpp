// The source stage: every input becomes a job.
#pragma once

#include <capstan/sdk/plugin.hpp>

#include "walk.hpp"

namespace files {

class Source final : public capstan::GeneratorStage {
 public:
  /// Throws std::invalid_argument when nothing was named.
  Source(capstan::StageContext& context, const capstan::Options& options);

  /// Gives a Reference or a FailedInput for each input, with its relative path as metadata
  /// "job.path". Fails as a whole when a manifest cannot be read.
  capstan::Generator<capstan::Item> process(capstan::Item in) override;

 private:
  capstan::StageContext& context_;
  std::vector<std::string> paths_;
  std::vector<std::string> manifests_;
  Rules rules_;
};

}  // namespace files
