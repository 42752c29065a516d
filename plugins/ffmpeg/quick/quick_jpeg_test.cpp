// `decode` with JPEGs on their short way: what comes out is what the general way would give.
#include <gtest/gtest.h>

#include "../av/frame_origin.hpp"
#include "../test_support.hpp"
#include "jpeg_maker.hpp"
#include "quick_input.hpp"

namespace capstan::ffmpeg {

namespace {

const std::vector<Values> kForms = {
    {{"size", {"64x64"}}, {"fit", {"cover"}}, {"format", {"rgb24"}}},
    {{"size", {"150x100"}}, {"format", {"rgb24"}}},
    {{"size", {"90x-1"}}, {"fit", {"contain"}}, {"format", {"rgb24"}}},
    {{"size", {"61x47"}}, {"crop", {"200x101+31+17"}}, {"format", {"rgb24"}}},
    {{"size", {"100x100"}}, {"fit", {"cover"}}},
    {{"size", {"75x75"}}, {"format", {"gray"}}},
};

Item jpeg_item(const JpegShape& shape) {
  const std::string bytes = make_jpeg(shape);
  Buffer buffer = Buffer::allocate(bytes.size());
  bytes.copy(reinterpret_cast<char*>(buffer.mutable_data()), bytes.size());
  return Item(make_ref<Bytes>(std::move(buffer)));
}

Values of_decode(const Values& form) {
  Values options = {{"video.filter", {"bilinear"}}};
  for (const auto& [name, values] : form) options["video." + name] = values;
  return options;
}

/// The general way decodes; the scale stage does the rest.
Item general(const Item& item, Values form) {
  form["filter"] = {"bilinear"};
  return scale(decode(item).at(0), form).at(0);
}

/// All that is known of a picture beside its pixels.
std::string description_of(const Item& item) {
  const auto& picture = item.get<VideoFrame>();
  const AvFramePtr frame = to_av_frame(picture);
  return std::string(picture.format.view()) + " " + std::to_string(picture.width) + "x" +
         std::to_string(picture.height) + " at " + std::to_string(picture.pts) + "/" +
         std::to_string(picture.time_base.den) + " for " +
         std::to_string(detail::duration_of(*frame)) + " range " +
         std::to_string(frame->color_range) + " matrix " + std::to_string(frame->colorspace) +
         " shape " + std::to_string(frame->sample_aspect_ratio.num) + ":" +
         std::to_string(frame->sample_aspect_ratio.den) + " type " +
         std::to_string(frame->pict_type) + " rate " +
         std::to_string(av_q2d(origin_of(*frame)->traits.frame_rate)) + " turned " +
         std::to_string(av_frame_get_side_data(frame.get(), AV_FRAME_DATA_DISPLAYMATRIX) !=
                        nullptr);
}

PictureForm small_rgb() {
  PictureForm form;
  form.sizing.size = {64, 48};
  form.format = AV_PIX_FMT_RGB24;
  form.is_bilinear = true;
  return form;
}

const InputRules kRules;  // nothing was said

struct Asked {
  ReadSettings settings;
  Selection selection;
  PictureForm form = small_rgb();
};

std::unique_ptr<QuickInput> open(const Item& item, const Asked& asked = {}) {
  return open_quickly(InputSource(item, kRules),
                      {asked.settings, asked.selection, asked.form, true}, [] { return false; });
}

std::string failure_of(const Item& item, Values options, bool is_quick) {
  options["video.size"] = {"64x48"};
  options["video.filter"] = {is_quick ? "bilinear" : "bicubic"};
  return decode_failure(item, options);
}

}  // namespace

TEST(QuickJpeg, PicturesAreThoseOfTheGeneralWay) {
  for (const Values& form : kForms) {
    for (const char* name : {"photo.jpg", "turned.jpg"}) {
      for (const Item& item : {file_item(sample(name)), bytes_item(sample(name))}) {
        ASSERT_TRUE(open(item));
        const Item ours = decode(item, of_decode(form)).at(0);
        const Item theirs = general(item, form);
        EXPECT_EQ(description_of(ours), description_of(theirs)) << name;
        EXPECT_GT(psnr(ours.get<VideoFrame>(), theirs.get<VideoFrame>()), 40) << name;
      }
    }
  }
}

TEST(QuickJpeg, PicturesOfEverySubsamplingAreThoseOfTheGeneralWay) {
  for (const auto& [across, down] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}}) {
    const Item item = jpeg_item({643, 481, across, down});
    ASSERT_TRUE(open(item));
    for (const Values& form : kForms) {
      const Item ours = decode(item, of_decode(form)).at(0);
      const Item theirs = general(item, form);
      EXPECT_EQ(description_of(ours), description_of(theirs)) << across << down;
      EXPECT_GT(psnr(ours.get<VideoFrame>(), theirs.get<VideoFrame>()), 40) << across << down;
    }
  }
}

TEST(QuickJpeg, OnlyWhatIsScaledByOurScalerGoesThisWay) {
  const Item item = file_item(sample("photo.jpg"));
  Asked asked;
  EXPECT_TRUE(open(item, asked));
  asked.form.is_bilinear = false;
  EXPECT_FALSE(open(item, asked));
  asked = {};
  asked.form.sizing.size = {};
  EXPECT_FALSE(open(item, asked));
  asked = {};
  asked.settings.wants_audio = true;
  EXPECT_FALSE(open(item, asked));
  asked = {};
  asked.settings.video_options = {{"idct", "simple"}};
  EXPECT_FALSE(open(item, asked));
  asked = {};
  asked.selection.rule = SelectionRule::at;
  asked.selection.positions.resize(1);
  EXPECT_TRUE(open(item, asked));
  asked.selection.positions.resize(2);
  EXPECT_FALSE(open(item, asked));
}

TEST(QuickJpeg, OtherInputsAndUnusualJpegsAreLeftToTheGeneralWay) {
  EXPECT_FALSE(open(file_item(sample("gray.png"))));
  EXPECT_FALSE(open(file_item(sample("clip.mp4"))));
  EXPECT_FALSE(open(file_item(sample("truncated.jpg"))));
  EXPECT_FALSE(open(jpeg_item({64, 64, 1, 1, JCS_CMYK})));
}

TEST(QuickJpeg, FailuresAreThoseOfTheGeneralWay) {
  const std::vector<std::pair<const char*, Values>> cases = {
      {"truncated.jpg", {}},
      {"photo.jpg", {{"video.max_pixels", {"100"}}}},
      {"photo.jpg", {{"max_bytes", {"1000"}}}},
      {"photo.jpg", {{"video.crop", {"640x480"}}}},
  };
  for (const auto& [name, options] : cases) {
    const Item item = file_item(sample(name));
    EXPECT_NE(failure_of(item, options, true), "") << name;
    EXPECT_EQ(failure_of(item, options, true), failure_of(item, options, false)) << name;
  }
}

}  // namespace capstan::ffmpeg
