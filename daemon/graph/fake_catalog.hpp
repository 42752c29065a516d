// Stage types that exist on paper only, for tests of whatever reads a catalog.
#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "graph/catalog.hpp"

namespace capstan::graph {

class FakeCatalog final : public Catalog {
 public:
  const StageType* find(std::string_view name) const override {
    for (const StageType& type : types_) {
      if (name == type.name) return &type;
    }
    return nullptr;
  }
  std::vector<CatalogEntry> entries() const override {
    std::vector<CatalogEntry> entries;
    for (const StageType& type : types_) {
      const bool is_file = type.is_source() || type.produces == nullptr;
      entries.push_back({is_file ? "disk" : "media", "1.2.0", is_file ? "" : "media.so", &type});
    }
    return entries;
  }

 private:
  static constexpr Option kFiles[] = {{.name = "path",
                                       .type = OptionType::text,
                                       .default_value = "",
                                       .help = "files and folders",
                                       .is_list = true,
                                       .takes_inputs = true}};
  static constexpr Option kDecode[] = {
      {.name = "video.at", .type = OptionType::position, .default_value = "", .is_list = true},
      {.name = "video.size", .type = OptionType::dimensions, .default_value = ""},
      {.name = "threads", .type = OptionType::integer, .default_value = "1", .range = "1..64"}};
  static constexpr Option kEncode[] = {
      {.name = "format",
       .type = OptionType::choice,
       .help = "of the picture",
       .range = "jpeg|png|webp"},
      {.name = "quality", .type = OptionType::integer, .default_value = "85", .range = "1..100"}};
  static constexpr Option kTune[] = {{.name = "video.options",
                                      .type = OptionType::integer,
                                      .default_value = "",
                                      .help = "of the library",
                                      .is_map = true}};
  static constexpr Option kWrite[] = {
      {.name = "path", .type = OptionType::text, .help = "template of the name"},
      {.name = "sync", .type = OptionType::boolean, .default_value = "true"}};
  static constexpr Option kGroup[] = {{.name = "mix",
                                       .type = OptionType::boolean,
                                       .default_value = "false",
                                       .help = "puts items of several jobs together"}};
  static constexpr Option kRoute[] = {{.name = "to",
                                       .type = OptionType::text,
                                       .default_value = "",
                                       .help = "names of the paths, up to 300",
                                       .is_list = true}};

  static StageType group() {
    StageType type = with(make("group", "*", "*", Scope::job, Execution::sync), kGroup);
    type.scope_of = [](const Options& options) {
      return options.boolean("mix") ? Scope::pipeline : Scope::job;
    };
    return type;
  }
  static StageType route() {
    StageType type = with(make("route", "*", "*", Scope::item, Execution::sync), kRoute);
    type.paths = [](const Options& options) {
      std::vector<std::string> paths = options.list("to");
      if (paths.size() > 300) throw std::invalid_argument("'to' names more than 300 paths");
      if (paths.size() == 1) throw std::invalid_argument("'to' names one path only");
      return paths;
    };
    return type;
  }
  static StageType unbatch() {
    StageType type = make("unbatch", "*", "*", Scope::item, Execution::sync);
    type.separates_jobs = true;
    type.is_one_to_many = true;
    return type;
  }
  static StageType make(const char* name, const char* accepts, const char* produces, Scope scope,
                        Execution execution) {
    StageType type;
    type.name = name;
    type.summary = "made up";
    type.accepts = accepts;
    type.produces = produces;
    type.scope = scope;
    type.execution = execution;
    return type;
  }
  template <std::size_t N>
  static StageType with(StageType type, const Option (&options)[N]) {
    type.options = options;
    type.n_options = N;
    return type;
  }

  const std::array<StageType, 10> types_ = {
      with(make("files", nullptr, "reference", Scope::pipeline, Execution::sync), kFiles),
      make("fetch", "reference", "bytes", Scope::item, Execution::async),
      with(make("decode", "reference|bytes", "video_frame", Scope::item, Execution::sync), kDecode),
      with(make("encode", "video_frame", "bytes", Scope::item, Execution::sync), kEncode),
      with(make("mux", "video_frame", "bytes", Scope::job, Execution::sync), kTune),
      make("batch", "*", "*", Scope::pipeline, Execution::sync),
      with(make("write", "bytes", nullptr, Scope::item, Execution::sync), kWrite),
      group(),
      route(),
      unbatch()};
};

}  // namespace capstan::graph
