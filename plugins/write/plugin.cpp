// The plugin's descriptor.
#include "write_stage.hpp"

#include <capstan/sdk/plugin.hpp>

namespace {

constexpr capstan::Option kOptions[] = {
    {.name = "path",
     .type = capstan::OptionType::text,
     .help = "where each item goes, such as /srv/thumbs/{job.path}/{index}.jpg; the folder before "
             "the first {variable} cannot be left"},
};

}  // namespace

CAPSTAN_PLUGIN("write", "1.0.0",
               capstan::stage_type<write_plugin::WriteStage>({"write", "writes bytes to files",
                                                              "bytes|file", "reference",
                                                              capstan::Scope::item, kOptions}));
