#include "cli/inspect.hpp"

#include <algorithm>
#include <tuple>

#include "cli/manual.hpp"
#include "cli/schema.hpp"
#include "config/faults.hpp"
#include "config/nearest.hpp"

namespace capstan::cli {

namespace {

std::vector<graph::CatalogEntry> sorted_entries(const graph::Catalog& catalog) {
  std::vector<graph::CatalogEntry> entries = catalog.entries();
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::make_tuple(std::string_view(a.plugin), std::string_view(a.type->name)) <
           std::make_tuple(std::string_view(b.plugin), std::string_view(b.type->name));
  });
  return entries;
}

int refuse(const std::string& stage, const std::vector<graph::CatalogEntry>& entries,
           std::ostream& err) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const graph::CatalogEntry& entry : entries) names.emplace_back(entry.type->name);
  std::sort(names.begin(), names.end());
  err << "inspect: unknown stage type " << config::quote(stage)
      << (names.empty() ? ": no plugin was loaded" : config::suggest(stage, names)) << '\n';
  return 2;
}

}  // namespace

int inspect_command(const InspectRequest& request, const graph::Catalog& catalog,
                    const std::vector<std::string>& plugin_faults, std::ostream& out,
                    std::ostream& err) {
  for (const std::string& line : plugin_faults) err << line << '\n';
  const std::vector<graph::CatalogEntry> entries = sorted_entries(catalog);
  if (request.stage.empty()) {
    if (request.is_schema) {
      out << configuration_schema(entries) << '\n';
    } else {
      print_list(entries, out);
    }
    return 0;
  }
  const auto entry = std::find_if(
      entries.begin(), entries.end(),
      [&](const graph::CatalogEntry& known) { return request.stage == known.type->name; });
  if (entry == entries.end()) return refuse(request.stage, entries, err);
  if (request.is_schema) {
    out << stage_schema(*entry->type) << '\n';
  } else {
    print_manual(*entry, out);
  }
  return 0;
}

}  // namespace capstan::cli
