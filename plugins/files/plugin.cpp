// The plugin's descriptor.
#include "source.hpp"

#include <capstan/sdk/plugin.hpp>

namespace {

constexpr capstan::Option kOptions[] = {
    {.name = "path",
     .type = capstan::OptionType::text,
     .default_value = "",
     .help = "files, folders, shell patterns (with ** for folders at any depth) or http(s) URLs",
     .is_list = true,
     .takes_inputs = true},
    {.name = "manifest",
     .type = capstan::OptionType::text,
     .default_value = "",
     .help = "text files that list one input a line, or NUL-separated; - is standard input",
     .is_list = true},
    {.name = "match",
     .type = capstan::OptionType::text,
     .default_value = "*",
     .help = "take only files found that match one of these patterns, such as *.{mp4,jpg}",
     .is_list = true},
    {.name = "exclude",
     .type = capstan::OptionType::text,
     .default_value = "",
     .help = "pass over files and folders found that match one of these patterns",
     .is_list = true},
    {.name = "recursive",
     .type = capstan::OptionType::boolean,
     .default_value = "true",
     .help = "look into the folders of a folder"},
    {.name = "hidden",
     .type = capstan::OptionType::boolean,
     .default_value = "false",
     .help = "take found files and folders whose name starts with a dot"},
};

}  // namespace

CAPSTAN_PLUGIN("files", "1.0.0",
               capstan::stage_type<files::Source>({"files", "lists files as inputs", nullptr,
                                                   "reference", capstan::Scope::pipeline,
                                                   kOptions}));
