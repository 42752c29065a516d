// An option table as a schema.
#pragma once

#include <capstan/sdk/abi.hpp>

#include "cli/schema_values.hpp"

namespace capstan::cli {

/// Of one stage type's `with`; dotted names become nested objects.
Json with_schema(const StageType& type);

}  // namespace capstan::cli
