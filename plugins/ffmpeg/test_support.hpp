// What the tests of this plugin share: feeding the stages, hashing frames, asking the ffmpeg tool.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <capstan/sdk/ffmpeg.hpp>
#include <capstan/sdk/harness.hpp>

// The plugin under test is linked into the tests, so its one exported symbol is at hand.
extern "C" const capstan::PluginDescriptor capstan_plugin;

namespace capstan::ffmpeg {

using Values = StageHarness::OptionValues;

/// Where the samples are that `tests/media/make_samples.sh` made.
std::filesystem::path sample(const std::string& name);
/// A file as a Reference item; as Bytes, read whole.
Item file_item(const std::filesystem::path& path);
Item bytes_item(const std::filesystem::path& path, const std::string& name = {});

/// Runs a stage on one item.
std::vector<Item> decode(Item item, const Values& options = {});
std::vector<Item> scale(Item item, const Values& options);
Item encode(Item item, const Values& options = {});
/// The message a stage fails with; empty when it does not fail. Takes what came before the failure.
std::string decode_failure(Item item, const Values& options = {});

/// MD5 of the tightly packed picture, as the ffmpeg tool's framemd5 has it.
std::string md5_of(const VideoFrame& picture);
std::vector<std::string> md5_of(const std::vector<Item>& items);
std::string md5_of(const std::string& bytes);
/// The samples of all channels in turn.
std::string interleaved_samples(const AudioFrame& audio);

/// Runs a command; its standard output. `status` gets the exit code.
std::string run(const std::vector<std::string>& command, int* status = nullptr);
/// The hashes that `ffmpeg BEFORE -i FILE AFTER -f framemd5 -` prints.
std::vector<std::string> tool_md5(const std::vector<std::string>& before,
                                  const std::filesystem::path& file,
                                  const std::vector<std::string>& after);

/// Peak signal to noise ratio of two 8-bit pictures of one size, in dB, over all components.
double psnr(const VideoFrame& a, const VideoFrame& b);

}  // namespace capstan::ffmpeg
