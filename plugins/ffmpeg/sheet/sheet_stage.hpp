// The `sheet` stage: the pictures of a whole run as pages of small ones.
#pragma once

#include <optional>

#include <capstan/sdk/plugin.hpp>

#include "../av/av_log.hpp"
#include "../picture/picture_maker.hpp"
#include "sheet_page.hpp"

namespace capstan::ffmpeg {

inline constexpr Option kSheetOptions[] = {
    {.name = "cell",
     .type = OptionType::dimensions,
     .default_value = "160x120",
     .help = "room for one picture, which keeps its shape and is never made larger"},
    {.name = "columns",
     .type = OptionType::integer,
     .default_value = "6",
     .help = "pictures side by side",
     .range = "1..100"},
    {.name = "rows",
     .type = OptionType::integer,
     .default_value = "8",
     .help = "rows of a full page",
     .range = "1..100"},
    {.name = "gap",
     .type = OptionType::integer,
     .default_value = "4",
     .help = "pixels between the cells and around them",
     .range = "0..1000"},
    {.name = "background",
     .type = OptionType::text,
     .default_value = "#202020",
     .help = "colour around the pictures, as #RRGGBB"},
};

/// Draws each picture as it comes and lets go of it; its job stays open until the page it is on
/// has gone through the stages behind.
class SheetStage final : public GeneratorStage {
 public:
  /// Throws for a colour that is none, and for pages that are too large.
  SheetStage(StageContext& context, const Options& options);
  Generator<Item> process(Item in) override;
  Generator<Item> finish_items() override;

 private:
  AvFramePtr small(const AVFrame& picture);
  void draw(const Item& in);
  Item take_page();

  StageContext& context_;
  const SheetLayout layout_;
  LogSink sink_;
  PictureMaker opaque_;
  PictureMaker transparent_;
  std::optional<SheetPage> page_;  // none between two pages
  Item carrier_;                   // stands for all that is on the page
  std::uint64_t n_pages_ = 0;
};

}  // namespace capstan::ffmpeg
