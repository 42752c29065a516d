// A stage whose call never returns for inputs that are named stuck, whatever is asked of it.
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <capstan/sdk/plugin.hpp>

using namespace capstan;

class Stuck final : public MapStage {
 public:
  Stuck(StageContext&, const Options& options) : folder_(options.text("entered")) {}
  Item process(Item in) override {
    const std::string name = std::filesystem::path(in.job().input).filename();
    // So that a test knows who was inside.
    std::ofstream(std::filesystem::path(folder_) / name).put('\n');
    while (name.starts_with("stuck")) ::pause();
    return in;
  }

 private:
  std::string folder_;
};

constexpr Option kOptions[] = {{.name = "entered",
                                .type = OptionType::text,
                                .help = "folder for a file named as each input that came in"}};

CAPSTAN_PLUGIN("stuck", "1.0.0",
               stage_type<Stuck>({"stuck", "never returns", "*", "*", Scope::item, kOptions}));
