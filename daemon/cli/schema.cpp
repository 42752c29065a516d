#include "cli/schema.hpp"

#include "cli/schema_options.hpp"
#include "cli/schema_values.hpp"

namespace capstan::cli {

namespace {

constexpr const char* kDraft = "http://json-schema.org/draft-07/schema#";

Json max_failures(const char* help) { return whole_number(0, 1000000000, help); }

Json max_failure_rate(const char* help) {
  Json schema = number("number", R"(^[0-9.]+(e-?[0-9]+)?$)");
  schema["exclusiveMinimum"] = 0;
  schema["maximum"] = 1;
  return described(std::move(schema), help);
}

Json engine_keys() {
  Json queue = object();
  queue["properties"]["items"] = whole_number(1, 65536, "items that may wait");
  queue["properties"]["bytes"] = described(number("integer", kBytes), "bytes that may wait");
  Json retry = object();
  retry["properties"]["times"] = whole_number(0, 100, "tries after the first");
  retry["properties"]["backoff"] =
      described(pattern(kDuration), "pause before the first retry; doubles each time");
  retry["required"] = {"times"};
  Json epoch = object();
  epoch["properties"]["items"] = whole_number(1, 1000000000, "items in a job");
  epoch["properties"]["bytes"] = described(number("integer", kBytes), "bytes in a job");
  epoch["properties"]["time"] = described(pattern(kDuration), "how long a job lasts");
  epoch["minProperties"] = 1;
  const Json text = {{"type", "string"}};
  return {
      {"id", described(pattern("^[A-Za-z0-9_][A-Za-z0-9_-]*$"),
                       "name of the stage; default: the stage type")},
      {"from", described({{"anyOf", {text, {{"type", "array"}, {"items", text}, {"minItems", 1}}}}},
                         "the stage or stages that the items come from, or 'ID.PATH' for one path "
                         "of a stage; default: the one above")},
      {"concurrency",
       whole_number(1, 1024, "items (or jobs) that are inside of the stage at once")},
      {"queue", described({{"anyOf", {whole_number(1, 65536, "items that may wait"), queue}}},
                          "what may wait in front of the stage")},
      {"order", described({{"enum", {"job", "none", "global"}}}, "in which order items go on")},
      {"timeout", described(pattern(kDuration), "of one item in this stage")},
      {"retry", described({{"anyOf", {whole_number(0, 100, "tries after the first"), retry}}},
                          "more tries of an item that failed")},
      {"on_error", described({{"enum", {"fail", "drop", "dead_letter"}}},
                             "what becomes of the job when an item fails for the last time")},
      {"max_failures", max_failures("failed items of this stage that are borne")},
      {"max_failure_rate", max_failure_rate("of this stage's items, once 100 have been through")},
      {"on_full", described({{"enum", {"block", "drop_oldest", "drop_newest"}}},
                            "sources: what becomes of an output that there is no room for")},
      {"epoch", described(epoch, "sources: what ends a job, whichever comes first")}};
}

Json stage_form(const std::vector<graph::CatalogEntry>& entries) {
  Json schema = object();
  Json names = Json::array();
  Json cases = Json::array();
  for (const graph::CatalogEntry& entry : entries) {
    const std::string name = entry.type->name;
    Json known = {{"const", name}};
    if (entry.type->summary) known["description"] = entry.type->summary;
    names.push_back(known);
    Json then = {{"properties", {{"with", with_schema(*entry.type)}}}};
    if (then["properties"]["with"].contains("required")) then["required"] = {"with"};
    cases.push_back({{"if", {{"properties", {{"use", {{"const", name}}}}}}}, {"then", then}});
  }
  schema["properties"]["use"] = {{"description", "the stage type"}};
  if (!names.empty()) schema["properties"]["use"]["anyOf"] = names;
  schema["properties"]["with"] = {{"type", "object"}, {"description", "the stage type's options"}};
  schema["properties"].update(engine_keys());
  schema["required"] = {"use"};
  if (!cases.empty()) schema["allOf"] = cases;
  return schema;
}

Json daemon_form() {
  Json schema = object();
  Json inputs = object();
  inputs["properties"]["allow"] =
      described({{"type", "array"}, {"items", {{"type", "string"}}}},
                "folders with all that is below, and URLs such as https://host/folder/");
  inputs["required"] = {"allow"};
  schema["properties"] = {
      {"workers", described({{"anyOf", {{{"const", "auto"}}, whole_number(1, 1024, "threads")}}},
                            "threads that run sync stages; auto: one a CPU")},
      {"memory", described(number("integer", kBytes), "bytes of payload in flight")},
      {"plugin_path", described({{"type", "array"}, {"items", {{"type", "string"}}}},
                                "folders to load plugins from")},
      {"inputs", described(inputs, "which files and URLs stages may open")}};
  return schema;
}

}  // namespace

std::string configuration_schema(const std::vector<graph::CatalogEntry>& entries) {
  Json pipeline = object();
  pipeline["properties"]["stages"] = {
      {"type", "array"}, {"minItems", 1}, {"items", stage_form(entries)}};
  pipeline["properties"]["weight"] =
      whole_number(1, 1000, "share of the workers against that of other pipelines");
  pipeline["properties"]["max_failures"] =
      max_failures("failed jobs that are borne; one more, and no more are taken in");
  pipeline["properties"]["max_failure_rate"] =
      max_failure_rate("of the jobs, once 100 have settled");
  pipeline["required"] = {"stages"};
  Json schema = {{"$schema", kDraft}, {"title", "Capstan configuration"}};
  schema.update(object());
  schema["properties"]["daemon"] = daemon_form();
  schema["properties"]["pipelines"] = {{"type", "object"}, {"additionalProperties", pipeline}};
  return schema.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string stage_schema(const StageType& type) {
  Json schema = {{"$schema", kDraft}, {"title", std::string("Options of ") + type.name}};
  schema.update(with_schema(type));
  return schema.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace capstan::cli
