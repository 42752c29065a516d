// A sync stage: a plain function, run on the thread pool.
#include <cctype>

#include <capstan/sdk/plugin.hpp>

using namespace capstan;

class Upper final : public MapStage {
 public:
  Upper(StageContext&, const Options& options) : suffix_(options.text("suffix")) {}

  Item process(Item in) override {
    std::string text(in.get<Bytes>().buffer().text());
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    text += suffix_;
    Buffer buffer = Buffer::allocate(text.size());
    text.copy(reinterpret_cast<char*>(buffer.mutable_data()), text.size());
    return std::move(in).with(make_ref<Bytes>(std::move(buffer)));
  }

 private:
  std::string suffix_;
};

constexpr Option kOptions[] = {
    {.name = "suffix", .type = OptionType::text, .default_value = "", .help = "put at the end"}};

CAPSTAN_PLUGIN("upper", "1.0.0",
               stage_type<Upper>({"upper", "turns text into capitals", "bytes", "bytes",
                                  Scope::item, kOptions}));
