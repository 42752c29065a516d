// The plugin's descriptor.
#include <capstan/sdk/plugin.hpp>

#include "batch.hpp"
#include "router.hpp"
#include "unbatch.hpp"

CAPSTAN_PLUGIN("flow", "1.0.0",
               capstan::stage_type<flow::Router>({"router",
                                                  "sends each item down one of several "
                                                  "paths",
                                                  "*", "*", capstan::Scope::item,
                                                  flow::kRouterOptions}),
               capstan::stage_type<flow::Batch>({"batch", "makes one item of several", "*", "list",
                                                 capstan::Scope::job, flow::kBatchOptions}),
               capstan::stage_type<flow::Unbatch>({.name = "unbatch",
                                                   .summary = "gives the items of a batch again",
                                                   .accepts = "list",
                                                   .produces = "*",
                                                   .separates_jobs = true,
                                                   .is_replayable = true}));
