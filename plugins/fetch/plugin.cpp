// The plugin's descriptor.
#include "fetch.hpp"

#include <capstan/sdk/plugin.hpp>

namespace {

using capstan::OptionType;

constexpr capstan::Option kOptions[] = {
    {.name = "timeout",
     .type = OptionType::duration,
     .default_value = "60s",
     .help = "longest time for one try, from connecting to the last byte",
     .range = "1ms..24h"},
    {.name = "connect_timeout",
     .type = OptionType::duration,
     .default_value = "10s",
     .help = "longest time to look up the host and connect",
     .range = "1ms..24h"},
    {.name = "stall_timeout",
     .type = OptionType::duration,
     .default_value = "20s",
     .help = "give up when nothing has come for this long",
     .range = "1s..24h"},
    {.name = "max_size",
     .type = OptionType::bytes,
     .default_value = "256MiB",
     .help = "refuse bodies that are larger",
     .range = "1..1TiB"},
    {.name = "retries",
     .type = OptionType::integer,
     .default_value = "2",
     .help = "further tries after a failure that may pass",
     .range = "0..100"},
    {.name = "max_redirects",
     .type = OptionType::integer,
     .default_value = "5",
     .help = "how many redirects to follow",
     .range = "0..50"},
    {.name = "user_agent",
     .type = OptionType::text,
     .default_value = "capstan",
     .help = "what the server is told is asking"},
    {.name = "headers",
     .type = OptionType::text,
     .default_value = "",
     .help = "sent with every request, each as 'Name: value'",
     .is_list = true},
    {.name = "allow_private",
     .type = OptionType::boolean,
     .default_value = "false",
     .help = "reach addresses that are not public: this machine, the local network"},
};

}  // namespace

CAPSTAN_PLUGIN("fetch", "1.0.0",
               capstan::stage_type<fetch::Fetch>({"fetch", "gets http and https URLs", "reference",
                                                  "bytes|reference", capstan::Scope::item,
                                                  kOptions}));
