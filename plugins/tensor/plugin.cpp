// The plugin's descriptor.
#include <capstan/sdk/plugin.hpp>

#include "npy.hpp"
#include "stack.hpp"

CAPSTAN_PLUGIN("tensor", "1.0.0",
               capstan::stage_type<tensor::Stack>({.name = "stack",
                                                   .summary = "makes one tensor of a batch",
                                                   .accepts = "list",
                                                   .produces = "tensor"}),
               capstan::stage_type<tensor::Npy>({.name = "npy",
                                                 .summary = "makes NumPy files of tensors",
                                                 .accepts = "tensor",
                                                 .produces = "bytes"}));
