// `daemon`: what all pipelines share.
#pragma once

#include "config/config.hpp"

namespace capstan::config {

/// Reads the map of `daemon`. `has_plugin_path` tells whether it says where plugins are.
void read_daemon(const Entry& entry, DaemonConfig& daemon, bool& has_plugin_path, Faults& faults);

}  // namespace capstan::config
