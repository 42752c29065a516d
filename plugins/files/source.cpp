#include "source.hpp"

#include <stdexcept>

#include "listing.hpp"

namespace files {

namespace {

// Between two inputs the listing runs ahead, so that the total is known long before the end, yet
// the first inputs leave at once: this much a time,
constexpr std::uint64_t kInputsPerStep = 1000;
// this many steps, for folders that give nothing,
constexpr int kStepsPerInput = 100;
// and no further than this, so that memory is bounded whatever there is to list. A million names
// of usual length fit.
constexpr std::size_t kMaxAheadBytes = std::size_t{64} << 20;

class Ahead {
 public:
  Ahead(Listing& listing, Found& found, capstan::StageContext& context)
      : listing_(listing), found_(found), context_(context) {}

  /// Lists on. False when everything was listed and taken.
  bool run() {
    const std::uint64_t goal = found_.n_added() + kInputsPerStep;
    int n_steps = 0;
    while (!is_complete_ && found_.n_added() < goal && found_.size_bytes() < kMaxAheadBytes) {
      if (++n_steps > kStepsPerInput && !found_.empty()) break;
      if (listing_.step(found_)) continue;
      is_complete_ = true;
      context_.expect_jobs(found_.n_added());
    }
    return !found_.empty();
  }

 private:
  Listing& listing_;
  Found& found_;
  capstan::StageContext& context_;
  bool is_complete_ = false;
};

capstan::Item make_item(Input input) {
  capstan::Item item;
  if (input.failure.empty()) {
    item = capstan::Item(capstan::make_ref<capstan::Reference>(std::move(input.location)));
  } else {
    item = capstan::Item(capstan::make_ref<capstan::FailedInput>(std::move(input.location),
                                                                 std::move(input.failure)));
  }
  item.set_meta("job.path", std::move(input.job_path));
  return item;
}

}  // namespace

Source::Source(capstan::StageContext& context, const capstan::Options& options)
    : context_(context), paths_(options.list("path")), manifests_(options.list("manifest")) {
  if (paths_.empty() && manifests_.empty()) {
    throw std::invalid_argument("nothing to read: give 'path' or 'manifest', or name inputs");
  }
  rules_.match = PatternList(options.list("match"));
  rules_.exclude = PatternList(options.list("exclude"));
  rules_.is_recursive = options.boolean("recursive");
  rules_.takes_hidden = options.boolean("hidden");
}

capstan::Generator<capstan::Item> Source::process(capstan::Item) {
  Inputs inputs(paths_, manifests_);
  Listing listing(std::move(inputs), rules_, context_);
  Found found;
  Ahead ahead(listing, found, context_);
  while (ahead.run()) {
    capstan::Item item = make_item(found.take());
    co_yield item;
  }
  if (found.n_added() == 0) context_.log().warn("found no files to take");
}

}  // namespace files
