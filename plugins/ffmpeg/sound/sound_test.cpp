// Sound that `decode` converts is that of the ffmpeg tool, in frames of any size.
#include <gtest/gtest.h>

#include "../test_support.hpp"

namespace capstan::ffmpeg {

namespace {

struct Sound {
  std::string samples;
  std::vector<int> sizes;
  std::vector<std::int64_t> pts;
  std::string form;
};

Sound decoded(const Item& input, Values options) {
  options["streams"] = {"audio"};
  Sound sound;
  for (const Item& item : decode(input, options)) {
    const auto& audio = item.get<AudioFrame>();
    sound.samples += interleaved_samples(audio);
    sound.sizes.push_back(audio.n_samples);
    sound.pts.push_back(audio.pts);
    sound.form = std::string(audio.format.view()) + " " + std::to_string(audio.sample_rate) + " " +
                 audio.channel_layout + " 1/" + std::to_string(audio.time_base.den);
  }
  return sound;
}

Sound decoded(const std::string& name, const Values& options) {
  return decoded(file_item(sample(name)), options);
}

/// MD5 of the samples that the tool makes.
std::string tool_sound(const std::string& name, const std::string& form, const char* codec) {
  const std::string line =
      run({"ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", sample(name).string(), "-vn",
           "-af", "aformat=" + form, "-c:a", codec, "-f", "md5", "-"});
  return line.substr(4, 32);
}

const std::vector<const char*> kInputs = {"tone.wav", "tone.flac", "cover.mp3", "clip.mp4",
                                          "clip.mkv"};

}  // namespace

TEST(Sound, OfAnotherFormIsThatOfTheTool) {
  for (const char* name : kInputs) {
    const Sound mono = decoded(
        name, {{"audio.rate", {"16000"}}, {"audio.channels", {"1"}}, {"audio.format", {"flt"}}});
    EXPECT_EQ(mono.form, "flt 16000 mono 1/16000") << name;
    EXPECT_EQ(
        md5_of(mono.samples),
        tool_sound(name, "sample_fmts=flt:sample_rates=16000:channel_layouts=mono", "pcm_f32le"))
        << name;
    const Sound packed = decoded(name, {{"audio.rate", {"48000"}}, {"audio.format", {"s16"}}});
    EXPECT_EQ(md5_of(packed.samples),
              tool_sound(name, "sample_fmts=s16:sample_rates=48000", "pcm_s16le"))
        << name;
  }
}

TEST(Sound, InFramesOfAnySizeIsTheSame) {
  for (const char* name : kInputs) {
    for (const char* rate : {"", "8000", "96000"}) {
      Values options;
      if (*rate) options["audio.rate"] = {rate};
      const Sound whole = decoded(name, options);
      for (const char* n_samples : {"333", "4096", "1048576"}) {
        options["audio.samples"] = {n_samples};
        const Sound sized = decoded(name, options);
        EXPECT_EQ(md5_of(sized.samples), md5_of(whole.samples)) << name << rate << n_samples;
        for (std::size_t i = 0; i + 1 < sized.sizes.size(); ++i) {
          ASSERT_EQ(sized.sizes[i], std::stoi(n_samples)) << name << rate;
        }
      }
    }
  }
}

TEST(Sound, FramesFollowOnEachOther) {
  for (const char* name : kInputs) {
    const Sound sound = decoded(name, {{"audio.rate", {"16000"}}, {"audio.samples", {"400"}}});
    ASSERT_GT(sound.pts.size(), 10U) << name;
    // Matroska's unit is a millisecond, which the ffmpeg tool's times show as well.
    const std::int64_t rounding = std::string_view(name).ends_with(".mkv") ? 16 : 1;
    for (std::size_t i = 1; i < sound.pts.size(); ++i) {
      EXPECT_LE(std::abs(sound.pts[i] - sound.pts[i - 1] - 400), rounding) << name << i;
    }
  }
}

TEST(Sound, BeginsWhenTheInputDoes) {
  const Sound own = decoded("cover.mp3", {});
  const Sound made = decoded("cover.mp3", {{"audio.rate", {"16000"}}});
  const double unit = std::stod(own.form.substr(own.form.rfind('/') + 1));
  EXPECT_NEAR(static_cast<double>(made.pts.front()) / 16000,
              static_cast<double>(own.pts.front()) / unit, 1e-3);
  EXPECT_GT(made.pts.front(), 0);
}

TEST(Sound, FormatsThatDoNotExistAreNamed) {
  EXPECT_THROW(StageHarness(capstan_plugin, "decode", {{"audio.format", {"flat"}}}),
               std::invalid_argument);
}

}  // namespace capstan::ffmpeg
