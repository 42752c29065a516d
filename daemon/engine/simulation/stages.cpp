#include "engine/simulation/stages.hpp"

#include "engine/simulation/stage_types.hpp"

namespace capstan::engine::simulation {

const StageType& type_of(Kind kind) {
  switch (kind) {
    case Kind::map:
      return kMap;
    case Kind::generator:
      return kSplitter;
    case Kind::replayable:
      return kReplayable;
    case Kind::async_map:
      return kAsyncMap;
    case Kind::async_generator:
      return kAsyncSplitter;
    case Kind::offload:
      return kOffload;
    case Kind::batch:
      return kBatch;
    case Kind::async_batch:
      return kAsyncBatch;
    case Kind::unbatch:
      return kUnbatch;
    case Kind::async_unbatch:
      return kAsyncUnbatch;
    case Kind::source:
      return kSource;
    case Kind::live_source:
      return kLiveSource;
    case Kind::invalid:
      break;
  }
  throw std::invalid_argument("no kind of stage");
}

}  // namespace capstan::engine::simulation
