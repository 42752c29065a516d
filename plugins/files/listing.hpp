// Turns what was named into inputs, one folder or name at a step.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <capstan/sdk/context.hpp>

#include "found.hpp"
#include "inputs.hpp"
#include "walk.hpp"

namespace files {

/// Home: whoever runs the source. Blocks on the disk.
class Listing {
 public:
  /// Looks at everything named to find the folder that job paths are relative to.
  Listing(Inputs inputs, const Rules& rules, capstan::StageContext& context);

  /// Looks at one more folder or name and adds what it gives. False when there is no more. Throws
  /// Cancelled.
  bool step(Found& found);

 private:
  void start_walk(Root root, Found& found);
  void take(const Named& named, Found& found);
  void take_file(const Named& named, Found& found);
  void start_glob(const std::string& text, Found& found);
  void end_glob(Found& found);

  Inputs inputs_;
  std::string base_;
  SeenNames seen_;
  Walk walk_;
  std::deque<Root> roots_;  // to be walked before the next input
  std::deque<Root> links_;  // to be walked after all inputs
  std::string glob_;        // the one being walked, for the message when it matches nothing
  std::uint64_t n_matches_before_ = 0;
};

}  // namespace files
