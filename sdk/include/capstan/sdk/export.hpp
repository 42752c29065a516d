// Symbol visibility and the inline namespace of the SDK's major version.
#pragma once

/// Bumped when the boundary breaks; part of the ABI tag and of the shared library's soname.
#define CAPSTAN_SDK_MAJOR 1
#define CAPSTAN_SDK_MINOR 0

#define CAPSTAN_EXPORT __attribute__((visibility("default")))

// Everything of the SDK lives in an inline namespace of its major version, so that two majors in
// one process never share a symbol by accident.
#define CAPSTAN_BEGIN_NAMESPACE \
  namespace capstan {           \
  inline namespace v1 {
#define CAPSTAN_END_NAMESPACE \
  }                           \
  }
