#include "field.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <stdexcept>

namespace flow {

namespace {

using capstan::Item;

constexpr std::string_view kLabel = "meta.";
// A message names a value, it does not quote a file.
constexpr std::size_t kMaxShown = 80;

using Text = std::optional<std::string_view>;
using Number = std::optional<double>;

Text payload_of(const Item& item) { return item ? Text(item.payload()->type()) : std::nullopt; }
Text input_of(const Item& item) { return item.has_job() ? Text(item.job().input) : std::nullopt; }
Text path_of(const Item& item) { return item.has_job() ? Text(item.job().path) : std::nullopt; }
Text media_type_of(const Item& item) {
  if (const auto* file = item.get_if<capstan::File>()) {
    return file->media_type().empty() ? std::nullopt : Text(file->media_type());
  }
  const auto* bytes = item.get_if<capstan::Bytes>();
  return bytes && !bytes->media_type().empty() ? Text(bytes->media_type()) : std::nullopt;
}
Text format_of(const Item& item) {
  if (const auto* frame = item.get_if<capstan::VideoFrame>()) return frame->format.view();
  if (const auto* audio = item.get_if<capstan::AudioFrame>()) return audio->format.view();
  return std::nullopt;
}

Number index_of(const Item& item) { return static_cast<double>(item.index()); }
// A reference says where bytes are, not how many.
Number size_of(const Item& item) {
  if (!item || item.get_if<capstan::Reference>()) return std::nullopt;
  if (const auto* file = item.get_if<capstan::File>()) {
    return static_cast<double>(file->content_bytes());
  }
  return static_cast<double>(item.payload()->size_bytes());
}
Number width_of(const Item& item) {
  const auto* frame = item.get_if<capstan::VideoFrame>();
  return frame ? Number(frame->width) : std::nullopt;
}
Number height_of(const Item& item) {
  const auto* frame = item.get_if<capstan::VideoFrame>();
  return frame ? Number(frame->height) : std::nullopt;
}
Number samples_of(const Item& item) {
  const auto* audio = item.get_if<capstan::AudioFrame>();
  return audio ? Number(audio->n_samples) : std::nullopt;
}
Number items_of(const Item& item) {
  const auto* list = item.get_if<capstan::ItemList>();
  return list ? Number(static_cast<double>(list->items().size())) : std::nullopt;
}
template <class Frame>
Number seconds_of(const Frame* frame) {
  if (!frame || frame->pts == capstan::kNoTimestamp) return std::nullopt;
  return static_cast<double>(frame->pts) * frame->time_base.value();
}
Number time_of(const Item& item) {
  if (const auto* frame = item.get_if<capstan::VideoFrame>()) return seconds_of(frame);
  return seconds_of(item.get_if<capstan::AudioFrame>());
}

}  // namespace

struct Field::Known {
  std::string_view name;
  FieldKind kind;
  Text (*text)(const Item&);
  Number (*number)(const Item&);
};

const Field::Known Field::kKnown[] = {
    {"payload", FieldKind::text, payload_of, nullptr},
    {"input", FieldKind::text, input_of, nullptr},
    {"path", FieldKind::text, path_of, nullptr},
    {"media_type", FieldKind::text, media_type_of, nullptr},
    {"format", FieldKind::text, format_of, nullptr},
    {"index", FieldKind::integer, nullptr, index_of},
    {"size", FieldKind::bytes, nullptr, size_of},
    {"width", FieldKind::integer, nullptr, width_of},
    {"height", FieldKind::integer, nullptr, height_of},
    {"time", FieldKind::time, nullptr, time_of},
    {"samples", FieldKind::integer, nullptr, samples_of},
    {"items", FieldKind::integer, nullptr, items_of},
};

Field::Field(std::string_view name) : name_(name) {
  if (name.substr(0, kLabel.size()) == kLabel && name.size() > kLabel.size()) {
    kind_ = FieldKind::label;
    return;
  }
  const auto* found = std::find_if(std::begin(kKnown), std::end(kKnown),
                                   [&](const Known& known) { return known.name == name; });
  if (found == std::end(kKnown)) {
    std::string names;
    for (const Known& known : kKnown) names.append(known.name).append(", ");
    throw std::invalid_argument("unknown field '" + name_ + "': expected " + names + "meta.NAME");
  }
  kind_ = found->kind;
  known_ = found;
}

Text Field::text(const Item& item) const {
  if (known_) return known_->text ? known_->text(item) : std::nullopt;
  const std::string_view value = item.meta(std::string_view(name_).substr(kLabel.size()));
  return value.empty() ? std::nullopt : Text(value);
}

Number Field::number(const Item& item) const {
  if (known_) return known_->number ? known_->number(item) : std::nullopt;
  const Text value = text(item);
  return value ? capstan::parse_number(*value) : std::nullopt;
}

std::string Field::describe(const Item& item) const {
  if (const Text value = text(item)) {
    return "'" + std::string(value->substr(0, kMaxShown)) +
           (value->size() > kMaxShown ? "...'" : "'");
  }
  const Number value = number(item);
  if (!value) return "missing";
  char shown[32];
  std::snprintf(shown, sizeof(shown), kind_ == FieldKind::time ? "%.3fs" : "%.0f", *value);
  return shown;
}

}  // namespace flow
