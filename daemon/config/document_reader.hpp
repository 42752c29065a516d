// Reads the top of a document: `daemon` and `pipelines`.
#pragma once

#include "config/config.hpp"

namespace capstan::config {

/// Adds a document to the configuration. `is_main` is false for a file of conf.d, which may only
/// add pipelines. `has_plugin_path` is set when the document gives one.
void read_document(const TreeNode& root, bool is_main, Config& config, bool& has_plugin_path,
                   Faults& faults);

}  // namespace capstan::config
