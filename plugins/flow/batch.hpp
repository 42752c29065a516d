// The `batch` stage: several items become one.
#pragma once

#include <capstan/sdk/plugin.hpp>

namespace flow {

inline constexpr capstan::Option kBatchOptions[] = {
    {.name = "items",
     .type = capstan::OptionType::integer,
     .help = "items in a batch",
     .range = "1..1000000"},
    {.name = "time",
     .type = capstan::OptionType::duration,
     .default_value = "",
     .help = "gives what is there this long after the first item of a batch came",
     .range = "1ms.."},
    {.name = "mix",
     .type = capstan::OptionType::boolean,
     .default_value = "false",
     .help = "a batch may hold items of several jobs"},
    {.name = "rest",
     .type = capstan::OptionType::choice,
     .default_value = "give",
     .help = "what becomes of a batch that is not full at the end of the job, or of the run with "
             "'mix'",
     .range = "give|drop"},
};

/// Holds items until there are enough. With `mix` the jobs of all that it holds stay open until
/// their batch is through.
class Batch final : public capstan::AsyncGeneratorStage {
 public:
  Batch(capstan::StageContext& context, const capstan::Options& options);
  static capstan::Scope scope_of(const capstan::Options& options);
  capstan::AsyncGenerator<capstan::Item> process(capstan::Item in) override;
  capstan::AsyncGenerator<capstan::Item> tick_items() override;
  capstan::AsyncGenerator<capstan::Item> finish_items() override;

 private:
  capstan::Item take_batch();

  capstan::StageContext& context_;
  const std::size_t n_items_;
  const std::chrono::nanoseconds time_;  // 0: none
  const bool drops_rest_;
  std::vector<capstan::Item> members_;
};

}  // namespace flow
