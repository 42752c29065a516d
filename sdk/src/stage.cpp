#include <capstan/sdk/await.hpp>
#include <capstan/sdk/stage.hpp>

CAPSTAN_BEGIN_NAMESPACE

// One home for the vtables and type infos that cross the boundary.
Loop::~Loop() = default;
void* Loop::query(const char*) noexcept { return nullptr; }
Logger::~Logger() = default;
StageContext::~StageContext() = default;
void* StageContext::query(const char*) noexcept { return nullptr; }
Cancelled::~Cancelled() = default;
TimedOut::~TimedOut() = default;
Stage::~Stage() = default;
void* Stage::query(const char*) noexcept { return nullptr; }
SyncStage::~SyncStage() = default;
Step SyncStage::tick(Item&) { return Step::done; }
AsyncStage::~AsyncStage() = default;
void AsyncStage::tick(Completion& completion) { completion.complete(Step::done, Item()); }
void AsyncStage::start() {}
void AsyncStage::stop() noexcept {}

CAPSTAN_END_NAMESPACE
