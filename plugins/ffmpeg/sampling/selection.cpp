#include "selection.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace capstan::ffmpeg {

namespace {

struct NamedRule {
  const char* option;
  SelectionRule rule;
};

constexpr NamedRule kRules[] = {
    {"video.at", SelectionRule::at},         {"video.keyframes", SelectionRule::keyframes},
    {"video.every", SelectionRule::every},   {"video.fps", SelectionRule::fps},
    {"video.frames", SelectionRule::frames}, {"video.count", SelectionRule::count},
};

[[noreturn]] void refuse_options(const std::string& reason) { throw std::invalid_argument(reason); }

bool is_given(const Options& options, const NamedRule& named) {
  if (named.rule == SelectionRule::keyframes) return options.boolean(named.option);
  return options.has(named.option);
}

NamedRule read_rule(const Options& options) {
  NamedRule chosen{nullptr, SelectionRule::all};
  for (const NamedRule& named : kRules) {
    if (!is_given(options, named)) continue;
    if (chosen.option) {
      refuse_options(std::string("'") + chosen.option + "' and '" + named.option +
                     "' each say which frames to give: leave one out");
    }
    chosen = named;
  }
  return chosen;
}

/// `video.from` or `video.to`.
std::optional<Position> read_edge(const Options& options, const char* option) {
  if (!options.has(option)) return std::nullopt;
  return options.positions(option).front();
}

bool is_empty(const Position& from, const Position& to) {
  if (from.kind != to.kind) return false;  // known once the duration is
  return from.kind == Position::Kind::time ? from.time >= to.time : from.percent >= to.percent;
}

void read_window(const Options& options, Selection& selection) {
  selection.from = read_edge(options, "video.from");
  selection.to = read_edge(options, "video.to");
  if (!selection.has_window()) return;
  const char* given = selection.from ? "video.from" : "video.to";
  if (selection.rule == SelectionRule::at) {
    refuse_options(std::string("'video.at' names its places itself: leave out '") + given + "'");
  }
  if (selection.from && selection.to && is_empty(*selection.from, *selection.to)) {
    refuse_options("'video.to' must lie behind 'video.from'");
  }
}

}  // namespace

bool Selection::is_by_rank() const noexcept {
  return rule == SelectionRule::every || rule == SelectionRule::frames ||
         rule == SelectionRule::count;
}

bool Selection::needs_total() const noexcept {
  if (rule == SelectionRule::count) return true;
  return rule == SelectionRule::frames &&
         std::any_of(indices.begin(), indices.end(), [](std::int64_t i) { return i < 0; });
}

Selection read_selection(const Options& options) {
  const NamedRule named = read_rule(options);
  Selection selection;
  selection.rule = named.rule;
  if (named.rule == SelectionRule::at) selection.positions = options.positions("video.at");
  if (named.rule == SelectionRule::every) selection.step = options.integer("video.every");
  if (named.rule == SelectionRule::count) selection.n_wanted = options.integer("video.count");
  if (named.rule == SelectionRule::fps) {
    selection.rate = av_d2q(options.number("video.fps"), 1'000'000);
  }
  if (named.rule == SelectionRule::frames) {
    for (const std::string& text : options.list("video.frames")) {
      selection.indices.push_back(parse_integer(text).value());
    }
    if (selection.indices.empty()) refuse_options("'video.frames' is an empty list");
  }
  read_window(options, selection);
  const bool picks_video = !selection.is_everything();
  if (picks_video && options.text("streams") != "video") {
    const std::string option =
        named.option ? named.option : (selection.from ? "video.from" : "video.to");
    refuse_options("'" + option + "' picks frames of a video: it needs 'streams: video'");
  }
  return selection;
}

}  // namespace capstan::ffmpeg
