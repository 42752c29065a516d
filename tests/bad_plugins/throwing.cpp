// Stages that throw where they can: the factory, the work, and things that are no exceptions.
#include <stdexcept>

#include <capstan/sdk/plugin.hpp>

using namespace capstan;

class FactoryThrows final : public MapStage {
 public:
  FactoryThrows(StageContext&, const Options&) { throw std::runtime_error("no licence found"); }
  Item process(Item in) override { return in; }
};

class FactoryThrowsNumber final : public MapStage {
 public:
  FactoryThrowsNumber(StageContext&, const Options&) { throw 42; }
  Item process(Item in) override { return in; }
};

class ProcessThrows final : public MapStage {
 public:
  ProcessThrows(StageContext&, const Options&) {}
  Item process(Item) override { throw std::runtime_error("bad reel"); }
};

class ProcessThrowsNumber final : public MapStage {
 public:
  ProcessThrowsNumber(StageContext&, const Options&) {}
  Item process(Item) override { throw 42; }
};

class AsyncThrows final : public AsyncMapStage {
 public:
  AsyncThrows(StageContext&, const Options&) {}
  Task<Item> process(Item in) override {
    if (in) throw std::runtime_error("bad reel");
    co_return in;
  }
};

CAPSTAN_PLUGIN(
    "throwing", "1.0.0", stage_type<FactoryThrows>({"factory_throws", "is never made", "*", "*"}),
    stage_type<FactoryThrowsNumber>({"factory_throws_number", "is never made", "*", "*"}),
    stage_type<ProcessThrows>({"process_throws", "fails each item", "*", "*"}),
    stage_type<ProcessThrowsNumber>({"process_throws_number", "fails each item", "*", "*"}),
    stage_type<AsyncThrows>({"async_throws", "fails each item", "*", "*"}));
