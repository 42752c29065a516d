#include "cli/manual.hpp"

#include <algorithm>
#include <string>

#include "cli/names.hpp"

namespace capstan::cli {

namespace {

std::string_view or_nothing(const char* text) { return text ? text : ""; }

const char* explain(Scope scope) {
  switch (scope) {
    case Scope::item:
      return "item: each item on its own, as many at once as 'concurrency' says";
    case Scope::job:
      return "job: the items of one job in order, as many jobs at once as 'concurrency' says";
    case Scope::pipeline:
      return "pipeline: every item, one after the other";
    case Scope::invalid:
      break;
  }
  return "?";
}

std::string flow_of(const StageType& type) {
  const std::string accepts(type.is_source() ? "(source)" : type.accepts);
  return accepts + " -> " + (type.produces ? type.produces : "(nothing)");
}

void print_padded(std::string_view text, std::size_t width, std::ostream& out) {
  out << text << std::string(text.size() < width ? width - text.size() : 0, ' ') << "  ";
}

std::string alternatives(std::string_view names) {
  if (names == "*") return "any payload";
  std::string text;
  for (const char c : names) {
    text += c == '|' ? std::string(" or ") : std::string(1, c);
  }
  return text;
}

void print_execution(const StageType& type, std::ostream& out) {
  out << "    "
      << (type.execution == Execution::async ? "async: a coroutine on the event loop"
                                             : "sync: on a worker of the thread pool")
      << "\n    "
      << (type.is_source() ? "source: the first stage, it begins the jobs" : explain(type.scope))
      << '\n';
  if (type.scope_of && !type.is_source()) {
    out << "    or another scope, by its options: 'capstan inspect CONFIG' tells which\n";
  }
  if (type.is_replayable) {
    out << "    replayable: 'retry' works even after it gave some of an item's outputs\n";
  }
}

void print_flow(const StageType& type, std::ostream& out) {
  if (!type.is_source()) out << "    takes " << alternatives(type.accepts) << '\n';
  out << "    gives " << (type.produces ? alternatives(type.produces) : "nothing")
      << (type.is_one_to_many ? ", any number of items for each one it takes" : "") << '\n';
  if (type.paths) {
    out << "    sends each down one of several paths: 'from: " << type.name
        << ".PATH' takes one of them\n";
  }
  if (type.separates_jobs) {
    out << "    separates the jobs that a stage before put together\n";
  }
}

// "a list, each a whole number from 1 to 100; default 85"
void print_option(const Option& option, std::ostream& out) {
  out << "    " << option.name << '\n' << "        " << describe_expected(option);
  if (!option.default_value) {
    out << "; must be given";
  } else if (*option.default_value) {
    out << "; default " << option.default_value;
  }
  if (option.takes_inputs) out << "; the INPUTs of 'capstan run' go here";
  out << '\n';
  if (option.help) out << "        " << option.help << '\n';
}

std::string typical_value(const Option& option) {
  const std::string_view range = or_nothing(option.range);
  switch (option.type) {
    case OptionType::boolean:
      return "true";
    case OptionType::integer:
    case OptionType::number:
      return range.empty() || range[0] == '.' ? "1"
                                              : std::string(range.substr(0, range.find("..")));
    case OptionType::choice:
      return std::string(range.substr(0, range.find('|')));
    case OptionType::duration:
      return "10s";
    case OptionType::bytes:
      return "64MiB";
    case OptionType::dimensions:
      return "320x-1";
    case OptionType::position:
      return "10%";
    case OptionType::text:
    case OptionType::invalid:
      break;
  }
  return "TEXT";
}

// A value that can stand in an example; quoted where YAML would read it otherwise.
std::string example_value(const Option& option) {
  std::string value(or_nothing(option.default_value));
  if (value.empty()) value = typical_value(option);
  if (value.find_first_of("*{}[]:,#&!|>@\"") != std::string::npos) value = "\"" + value + "\"";
  return option.is_list ? "[" + value + "]" : value;
}

// The options that must be given, or the first one, as they stand in a file.
void print_example(const StageType& type, std::ostream& out) {
  out << "EXAMPLE\n    - use: " << type.name << '\n';
  std::vector<const Option*> shown;
  for (std::size_t i = 0; i < type.n_options; ++i) {
    if (!type.options[i].default_value) shown.push_back(&type.options[i]);
  }
  if (shown.empty() && type.n_options > 0) shown.push_back(&type.options[0]);
  if (!shown.empty()) out << "      with:\n";
  for (const Option* option : shown) {
    std::string_view name = option->name;
    std::string indentation(8, ' ');
    std::size_t dot = 0;
    while ((dot = name.find('.')) != std::string_view::npos) {
      out << indentation << name.substr(0, dot) << ":\n";
      name.remove_prefix(dot + 1);
      indentation += "  ";
    }
    out << indentation << name << ": " << example_value(*option) << '\n';
  }
}

}  // namespace

void print_list(const std::vector<graph::CatalogEntry>& entries, std::ostream& out) {
  std::size_t name_width = 0;
  std::size_t flow_width = 0;
  for (const graph::CatalogEntry& entry : entries) {
    name_width = std::max(name_width, or_nothing(entry.type->name).size());
    flow_width = std::max(flow_width, flow_of(*entry.type).size());
  }
  const std::string* plugin = nullptr;
  for (const graph::CatalogEntry& entry : entries) {
    if (!plugin || *plugin != entry.plugin) {
      if (plugin) out << '\n';
      plugin = &entry.plugin;
      out << entry.plugin << ' ' << entry.version;
      if (!entry.file.empty()) out << "  (" << entry.file << ')';
      out << '\n';
    }
    out << "  ";
    print_padded(entry.type->name, name_width, out);
    print_padded(name_of(entry.type->execution), 5, out);
    print_padded(entry.type->scope_of ? "varies" : name_of(entry.type->scope), 8, out);
    print_padded(flow_of(*entry.type), flow_width, out);
    out << or_nothing(entry.type->summary) << '\n';
  }
  if (entries.empty()) out << "no stage types: no plugin was loaded\n";
}

void print_manual(const graph::CatalogEntry& entry, std::ostream& out) {
  const StageType& type = *entry.type;
  out << "NAME\n    " << type.name << " - " << or_nothing(type.summary) << "\n    of plugin "
      << entry.plugin << ' ' << entry.version;
  if (!entry.file.empty()) out << ", " << entry.file;
  out << "\n\nHOW IT RUNS\n";
  print_execution(type, out);
  out << "\nITEMS\n";
  print_flow(type, out);
  out << "\nOPTIONS\n";
  if (type.n_options == 0) out << "    none\n";
  for (std::size_t i = 0; i < type.n_options; ++i) print_option(type.options[i], out);
  out << '\n';
  print_example(type, out);
}

}  // namespace capstan::cli
