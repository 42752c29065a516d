// The stage `tally`: the consumer at the end of Capstan's pipelines. Counts what comes and takes
// the samples that prove it right; its instances write the sum to a file when they go.
#include <mutex>

#include <capstan/sdk/media.hpp>
#include <capstan/sdk/plugin.hpp>

#include "bench/media/tally.hpp"

namespace bench {
namespace {

using namespace capstan;

class TallyStage final : public MapStage {
 public:
  TallyStage(StageContext&, const Options& options)
      : path_(options.text("path")), tally_(static_cast<unsigned>(options.integer("every"))) {}
  ~TallyStage() override {
    static std::mutex mutex;
    static Tally total;
    const std::lock_guard lock(mutex);
    total.add(tally_);
    if (std::FILE* file = std::fopen(path_.c_str(), "w")) {
      total.print(file);
      std::fclose(file);
    }
  }

  Item process(Item in) override {
    if (const Tensor* tensor = in.get_if<Tensor>()) {
      const auto* data = reinterpret_cast<const std::uint8_t*>(tensor->buffer.data());
      const int height = static_cast<int>(tensor->shape[0]);
      const int width = static_cast<int>(tensor->shape[1]);
      tally_.look(data, width, height, std::ptrdiff_t{3} * width, in.index());
    } else if (const AudioFrame* sound = in.get_if<AudioFrame>()) {
      tally_.hear(reinterpret_cast<const float*>(sound->planes[0]), sound->n_samples);
      if (in.index() == 0) tally_.count();  // a file
    } else {
      tally_.count();
    }
    return {};
  }

 private:
  std::string path_;
  Tally tally_;
};

constexpr Option kOptions[] = {{.name = "path", .type = OptionType::text, .help = "where to write"},
                               {.name = "every",
                                .type = OptionType::integer,
                                .default_value = "16",
                                .help = "of a job's pictures one in so many is looked at"}};

}  // namespace
}  // namespace bench

CAPSTAN_PLUGIN("tally", "1.0.0",
               capstan::stage_type<bench::TallyStage>({.name = "tally",
                                                       .summary = "counts and samples pictures",
                                                       .accepts = "*",
                                                       .produces = "*",
                                                       .options = bench::kOptions}));
