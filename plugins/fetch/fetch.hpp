// The fetch stage: a URL in, its bytes out.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>

#include <capstan/sdk/plugin.hpp>

#include "settings.hpp"
#include "transfer.hpp"
#include "transfers.hpp"

namespace fetch {

class Fetch final : public capstan::AsyncMapStage {
 public:
  Fetch(capstan::StageContext& context, const capstan::Options& options);

  void start() override;
  void stop() noexcept override;
  /// Gets an http(s) URL, trying again where that may help. A path passes untouched; other URLs
  /// fail.
  capstan::Task<capstan::Item> process(capstan::Item in) override;

 private:
  /// How long to wait before the next try; nothing when there shall be none.
  std::optional<std::chrono::milliseconds> wait_after(const Failure& failure, std::int64_t n_tries);

  capstan::StageContext& context_;
  std::shared_ptr<const Settings> settings_;
  std::shared_ptr<Transfers> transfers_;
  std::minstd_rand random_;
};

}  // namespace fetch
