#include "mux_stage.hpp"

#include <algorithm>
#include <cctype>

namespace capstan::ffmpeg {

namespace {

// More than any stream needs to show itself; an input that gives nothing is found by then.
constexpr std::size_t kMaxHeldBytes = std::size_t{64} << 20U;

std::string media_type_of(const std::string& name, const MuxSettings& settings) {
  if (name == settings.name) return settings.media_type;
  const AVOutputFormat* format = av_guess_format(nullptr, name.c_str(), nullptr);
  std::string known = format && format->mime_type ? format->mime_type : "";
  std::transform(known.begin(), known.end(), known.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return known.substr(0, known.find(','));
}

}  // namespace

MuxStage::MuxStage(StageContext& context, const Options& options)
    : context_(context),
      sink_(context.log()),
      settings_([&] {
        LogScope scope(sink_);
        return read_mux_settings(options);
      }()),
      n_inputs_(static_cast<std::size_t>(options.integer("inputs"))) {}

Generator<Item> MuxStage::process(Item in) {
  take(in);
  in = Item();
  while (Item out = next_file()) co_yield out;
}

Generator<Item> MuxStage::finish_items() {
  if (!stem_) co_return;  // nothing came: a stage before dropped it all
  {
    LogScope scope(sink_);
    if (!muxer_) begin_file();
    muxer_->finish();
    finished_ = muxer_->take_files();
  }
  while (Item out = next_file()) co_yield out;
}

void MuxStage::take(const Item& in) {
  LogScope scope(sink_);
  const Packet& packet = in.get<Packet>();
  if (note_program(packet) && muxer_) {
    throw std::runtime_error("packets of '" + packet.program().stage +
                             "' come after the header was written: 'inputs' must say how many "
                             "stages give packets");
  }
  if (!stem_) stem_ = in.with(make_ref<Reference>(settings_.name));
  if (!muxer_ && programs_.size() >= n_inputs_) begin_file();
  if (muxer_) {
    muxer_->write(packet);
    finished_ = muxer_->take_files();
    return;
  }
  held_.push_back(in);
  held_bytes_ += packet.size_bytes();
  if (held_bytes_ <= kMaxHeldBytes) return;
  throw std::runtime_error("only " + std::to_string(programs_.size()) + " of " +
                           std::to_string(n_inputs_) + " inputs have given packets within " +
                           std::to_string(kMaxHeldBytes >> 20U) + " MiB: 'inputs' counts stages");
}

// Whether it is a new one.
bool MuxStage::note_program(const Packet& packet) {
  const auto& program = packet.program_ref();
  const auto is_it = [&](const auto& known) { return known.get() == program.get(); };
  if (std::any_of(programs_.begin(), programs_.end(), is_it)) return false;
  programs_.push_back(program);
  return true;
}

void MuxStage::begin_file() {
  // Several stages come in any order; streams have one that is always the same.
  std::stable_sort(programs_.begin(), programs_.end(),
                   [](const auto& a, const auto& b) { return a->stage < b->stage; });
  muxer_ =
      std::make_unique<Muxer>(settings_, programs_, [this] { return context_.is_cancelled(); });
  for (Item& item : std::exchange(held_, {})) muxer_->write(item.get<Packet>());
}

Item MuxStage::next_file() {
  if (finished_.empty()) return {};
  FinishedFile file = std::move(finished_.front());
  finished_.erase(finished_.begin());
  const std::uint64_t size = file.file->size();
  auto payload =
      make_ref<File>(file.file->release(), size, media_type_of(file.name, settings_), file.name);
  Item out = stem_.with(std::move(payload));
  out.set_meta("mux.name", file.name);
  return out;
}

}  // namespace capstan::ffmpeg
