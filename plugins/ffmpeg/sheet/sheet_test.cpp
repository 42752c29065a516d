// The sheet stage: where each picture lies, when a page is given, what is held meanwhile.
#include <gtest/gtest.h>

#include <capstan/sdk/detail/item_access.hpp>

#include "../test_support.hpp"
#include "sheet_page.hpp"

namespace capstan::ffmpeg {

namespace {

Item picture(const std::string& name) {
  return decode(file_item(sample(name)), {{"video.at", {"0s"}}}).at(0);
}

/// A picture of one colour.
Item plain(int width, int height, const Rgb& color) {
  AvFramePtr frame = make_av_frame();
  frame->format = AV_PIX_FMT_RGB24;
  frame->width = width;
  frame->height = height;
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * 3; ++x) {
      frame->data[0][y * frame->linesize[0] + x] = color[static_cast<std::size_t>(x % 3)];
    }
  }
  return Item(wrap_video_frame(std::move(frame), AVRational{1, 25}));
}

constexpr Rgb kRed = {255, 0, 0}, kGreen = {0, 255, 0}, kBlue = {0, 0, 255};
constexpr Rgb kGround = {16, 32, 48};

/// 3x2 cells of 7x5 on a page, 2 pixels apart.
Values small_cells() {
  return {{"cell", {"7x5"}},
          {"columns", {"3"}},
          {"rows", {"2"}},
          {"gap", {"2"}},
          {"background", {"#102030"}}};
}

Rgb pixel(const VideoFrame& page, int x, int y) {
  const auto* at = reinterpret_cast<const std::uint8_t*>(page.planes[0].data) +
                   page.planes[0].stride * y + std::ptrdiff_t{x} * 3;
  return {at[0], at[1], at[2]};
}

/// A page as it must be: rectangles on the ground.
struct Drawing {
  Drawing(int width, int height)
      : width(width), height(height), pixels(static_cast<std::size_t>(width * height), kGround) {}
  void rectangle(int left, int top, int w, int h, const Rgb& color) {
    for (int y = top; y < top + h; ++y) {
      for (int x = left; x < left + w; ++x)
        pixels.at(static_cast<std::size_t>(y * width + x)) = color;
    }
  }
  int width, height;
  std::vector<Rgb> pixels;
};

void expect_page(const Item& item, const Drawing& drawing) {
  const auto& page = item.get<VideoFrame>();
  ASSERT_EQ(page.format, "rgb24");
  ASSERT_EQ(page.width, drawing.width);
  ASSERT_EQ(page.height, drawing.height);
  for (int y = 0; y < page.height; ++y) {
    for (int x = 0; x < page.width; ++x) {
      ASSERT_EQ(pixel(page, x, y), drawing.pixels[static_cast<std::size_t>(y * page.width + x)])
          << x << ", " << y;
    }
  }
}

/// One picture on a page of one cell without a gap: the picture as it lies in the cell.
Item in_cell(Item in, const std::string& cell, const std::string& background = "#000000") {
  StageHarness sheet(capstan_plugin, "sheet",
                     {{"cell", {cell}},
                      {"columns", {"1"}},
                      {"rows", {"1"}},
                      {"gap", {"0"}},
                      {"background", {background}}});
  return sheet.feed(std::move(in)).at(0);
}

/// The size in a cell, as "160x90".
std::string fitted(int width, int height, AVRational shape, Dimensions cell) {
  const AvFramePtr frame = make_av_frame();
  frame->width = width;
  frame->height = height;
  frame->sample_aspect_ratio = shape;
  const Dimensions size = size_in_cell(*frame, cell);
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::string refusal_of(const Values& options) {
  try {
    const StageHarness sheet(capstan_plugin, "sheet", options);
    return "none";
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
}

}  // namespace

TEST(SheetCell, APictureKeepsItsShape) {
  EXPECT_EQ(fitted(1920, 1080, {1, 1}, {160, 120}), "160x90");
  EXPECT_EQ(fitted(1080, 1920, {1, 1}, {160, 120}), "68x120");
  EXPECT_EQ(fitted(321, 239, {0, 1}, {160, 120}), "160x119");
  EXPECT_EQ(fitted(5000, 2, {1, 1}, {160, 120}), "160x1");
}

TEST(SheetCell, APictureIsNeverMadeLarger) {
  EXPECT_EQ(fitted(64, 48, {1, 1}, {160, 120}), "64x48");
  EXPECT_EQ(fitted(160, 120, {1, 1}, {160, 120}), "160x120");
}

TEST(SheetCell, PixelsThatAreNotSquareAreShownAsTheyAreMeant) {
  EXPECT_EQ(fitted(720, 576, {16, 11}, {160, 120}), "160x88");
  EXPECT_EQ(fitted(40, 40, {2, 1}, {160, 120}), "80x40");
}

TEST(Sheet, AFullPageHasEachPictureInTheMiddleOfItsCell) {
  StageHarness sheet(capstan_plugin, "sheet", small_cells());
  const Rgb colors[] = {kRed, kGreen, kBlue, kRed, kGreen};
  for (const Rgb& color : colors) EXPECT_TRUE(sheet.feed(plain(7, 5, color)).empty());
  const auto out = sheet.feed(plain(3, 2, kBlue));
  ASSERT_EQ(out.size(), 1U);
  Drawing page(3 * 9 + 2, 2 * 7 + 2);
  page.rectangle(2, 2, 7, 5, kRed);
  page.rectangle(11, 2, 7, 5, kGreen);
  page.rectangle(20, 2, 7, 5, kBlue);
  page.rectangle(2, 9, 7, 5, kRed);
  page.rectangle(11, 9, 7, 5, kGreen);
  page.rectangle(20 + 2, 9 + 1, 3, 2, kBlue);
  expect_page(out[0], page);
}

TEST(Sheet, TheRestIsAPageOfAsManyRowsAsItNeeds) {
  StageHarness sheet(capstan_plugin, "sheet", small_cells());
  std::vector<Item> pages;
  for (int i = 0; i < 8; ++i) {
    for (Item& page : sheet.feed(plain(7, 5, kRed))) pages.push_back(std::move(page));
  }
  for (Item& page : sheet.finish()) pages.push_back(std::move(page));
  ASSERT_EQ(pages.size(), 2U);
  Drawing rest(29, 9);
  rest.rectangle(2, 2, 7, 5, kRed);
  rest.rectangle(11, 2, 7, 5, kRed);
  expect_page(pages[1], rest);
  EXPECT_EQ(pages[0].meta("sheet.page"), "000");
  EXPECT_EQ(pages[1].meta("sheet.page"), "001");
  EXPECT_EQ(pages[1].meta("sheet.pictures"), "2");
}

TEST(Sheet, WithoutPicturesThereIsNoPage) {
  StageHarness sheet(capstan_plugin, "sheet", small_cells());
  EXPECT_TRUE(sheet.finish().empty());
  EXPECT_EQ(sheet.n_charged_bytes(), 0);
}

TEST(Sheet, AFullPageLeavesNoRest) {
  StageHarness sheet(capstan_plugin, "sheet", small_cells());
  for (int i = 0; i < 6; ++i) sheet.feed(plain(7, 5, kRed));
  EXPECT_TRUE(sheet.finish().empty());
}

TEST(Sheet, PicturesAreScaledAsScaleDoes) {
  for (const char* name : {"clip.mp4", "odd_size.mp4", "ten_bit.mkv", "bt709.mp4", "gray.png",
                           "deep.png", "turned.jpg"}) {
    const Item original = picture(name);
    const auto& frame = original.get<VideoFrame>();
    const std::string size = fitted(frame.width, frame.height, {1, 1}, {101, 101});
    const Values options{{"size", {size}}, {"format", {"rgb24"}}, {"filter", {"bilinear"}}};
    const Item small = scale(original, options).at(0);
    const auto& expected = small.get<VideoFrame>();
    const Item page = in_cell(original, "101x101");
    const int left = (101 - expected.width) / 2, top = (101 - expected.height) / 2;
    for (int y = 0; y < expected.height; ++y) {
      for (int x = 0; x < expected.width; ++x) {
        ASSERT_EQ(pixel(page.get<VideoFrame>(), left + x, top + y), pixel(expected, x, y)) << name;
      }
    }
  }
}

TEST(Sheet, TransparentPicturesShowTheBackground) {
  const Item page = in_cell(picture("alpha.png"), "64x48", "#0000ff");
  const Rgb seen = pixel(page.get<VideoFrame>(), 30, 20);
  EXPECT_NEAR(seen[0], 128, 2) << "red, half transparent";
  EXPECT_EQ(seen[1], 0);
  EXPECT_NEAR(seen[2], 127, 2) << "on blue";
}

TEST(Sheet, TakesPalettes) {
  EXPECT_EQ(in_cell(picture("animated.gif"), "32x24").get<VideoFrame>().format, "rgb24");
}

TEST(Sheet, APageCanBeEncodedInEveryFormat) {
  const Item page = in_cell(picture("clip.mp4"), "161x119");
  for (const char* format : {"jpeg", "png", "webp"}) {
    EXPECT_GT(encode(page, {{"format", {format}}}).get<Bytes>().size_bytes(), 100U) << format;
  }
}

TEST(Sheet, OnePageIsHeldAndNoPicture) {
  StageHarness sheet(capstan_plugin, "sheet", small_cells());
  auto red = plain(7, 5, kRed);
  const PayloadRef payload = red.payload();
  sheet.feed(std::move(red));
  EXPECT_TRUE(payload->is_unique()) << "the picture was let go";
  const std::int64_t n_bytes = sheet.n_charged_bytes();
  EXPECT_GE(n_bytes, 29 * 16 * 3);
  for (int i = 0; i < 4; ++i) sheet.feed(plain(7, 5, kRed));
  EXPECT_EQ(sheet.n_charged_bytes(), n_bytes);
  EXPECT_EQ(sheet.feed(plain(7, 5, kRed)).size(), 1U);
  EXPECT_EQ(sheet.n_charged_bytes(), 0) << "the page is a payload now";
}

TEST(Sheet, AJobIsHeldUntilThePageWithItsPictureIsGone) {
  StageHarness sheet(capstan_plugin, "sheet", small_cells());
  const auto ticket = make_ref<Ticket>();
  Item first = plain(7, 5, kRed);
  ItemAccess::set_ticket(first, ticket);
  sheet.feed(std::move(first));
  EXPECT_FALSE(ticket->is_unique());
  for (int i = 0; i < 4; ++i) sheet.feed(plain(7, 5, kGreen));
  auto out = sheet.feed(plain(7, 5, kGreen));
  EXPECT_FALSE(ticket->is_unique());
  sheet.feed(plain(7, 5, kBlue));
  ItemAccess::take_ticket(out.at(0));
  EXPECT_TRUE(ticket->is_unique()) << "the next page does not stand for it";
}

TEST(Sheet, APictureThatCannotBeDrawnLeavesNoHole) {
  StageHarness sheet(capstan_plugin, "sheet", small_cells());
  sheet.feed(plain(7, 5, kRed));
  EXPECT_THROW(sheet.feed(Item(make_ref<Reference>("x"))), StageFailed);
  sheet.feed(plain(7, 5, kGreen));
  Drawing page(29, 9);
  page.rectangle(2, 2, 7, 5, kRed);
  page.rectangle(11, 2, 7, 5, kGreen);
  expect_page(sheet.finish().at(0), page);
}

TEST(Sheet, RefusesWhatMakesNoPage) {
  EXPECT_EQ(refusal_of({{"background", {"red"}}}),
            "'background' is 'red': expected a colour such as #202020");
  EXPECT_NE(refusal_of({{"background", {"#12345"}}}), "none");
  EXPECT_NE(refusal_of({{"background", {"#1234-5"}}}), "none");
  EXPECT_EQ(refusal_of({{"cell", {"160x-1"}}}), "'cell': expected both sides, such as 160x120");
  EXPECT_EQ(refusal_of({{"cell", {"1000x1000"}}, {"columns", {"100"}}, {"gap", {"0"}}}),
            "a page would have 100000x8000 pixels, 67108864 are the most: expected a smaller "
            "'cell', fewer 'columns' or fewer 'rows'");
}

}  // namespace capstan::ffmpeg
