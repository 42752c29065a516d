#include "path_template.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "path_value.hpp"

namespace write_plugin {

namespace {

// Wider numbers than a 64-bit index has digits are a slip of the keyboard.
constexpr std::size_t kMaxWidth = 20;

constexpr std::array<std::string_view, 7> kVariables = {
    "job.path", "job.stem", "job.name", "job.id", "index", "ext", "meta.NAME"};

// Letters to insert, remove or exchange to get from one word to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t exchange = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchange, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::string quoted_variable(std::string_view name) { return "'{" + std::string(name) + "}'"; }

std::string extension_for(const capstan::Item& item) {
  if (const auto* file = item.get_if<capstan::File>()) {
    return extension_of(file->media_type(), file->name());
  }
  const auto& bytes = item.get<capstan::Bytes>();
  return extension_of(bytes.media_type(), bytes.name());
}

std::size_t parse_width(std::string_view format) {
  std::size_t width = 0;
  for (const char c : format) {
    if (c < '0' || c > '9' || width > kMaxWidth) return 0;
    width = width * 10 + static_cast<std::size_t>(c - '0');
  }
  return width > kMaxWidth ? 0 : width;
}

}  // namespace

PathTemplate::PathTemplate(std::string_view text) {
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      literal.push_back(c);
      ++i;
    } else if (c == '{') {
      const std::size_t close = text.find('}', i);
      if (close == std::string_view::npos) {
        throw std::invalid_argument("path: '{' is never closed; write '{{' for a plain brace");
      }
      add_literal(std::exchange(literal, {}));
      parts_.push_back(parse_variable(text.substr(i + 1, close - i - 1)));
      i = close;
    } else if (c == '}') {
      throw std::invalid_argument("path: '}' without '{'; write '}}' for a plain brace");
    } else {
      literal.push_back(c);
    }
  }
  add_literal(std::move(literal));
  set_root();
}

void PathTemplate::add_literal(std::string text) {
  if (text.empty()) return;
  if (text.find('\0') != std::string::npos) {
    throw std::invalid_argument("path: contains a NUL character");
  }
  Part part;
  part.kind = Kind::literal;
  part.text = std::move(text);
  parts_.push_back(std::move(part));
}

void PathTemplate::set_root() {
  if (parts_.empty()) throw std::invalid_argument("path: is empty");
  if (parts_[0].kind == Kind::literal) {
    std::string& first = parts_[0].text;
    const std::size_t slash = first.rfind('/');
    if (slash != std::string::npos) {
      root_ = first.substr(0, slash + 1);
      first.erase(0, slash + 1);
    }
    if (first.empty()) parts_.erase(parts_.begin());
  }
  if (parts_.empty() || (parts_.back().kind == Kind::literal && parts_.back().text.back() == '/')) {
    throw std::invalid_argument(
        "path: names a folder; end it with a file name such as {index}.jpg");
  }
  for (const Part& part : parts_) {
    if (part.kind != Kind::literal) continue;
    const std::string text = "/" + part.text + "/";
    if (text.find("/../") != std::string::npos) {
      throw std::invalid_argument("path: '..' may only stand before the first variable");
    }
  }
}

PathTemplate::Part PathTemplate::parse_variable(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  Part part;
  if (name == "job.path") part.kind = Kind::job_path;
  if (name == "job.stem") part.kind = Kind::job_stem;
  if (name == "job.name") part.kind = Kind::job_name;
  if (name == "job.id") part.kind = Kind::job_id;
  if (name == "index") part.kind = Kind::index;
  if (name == "ext") part.kind = Kind::extension;
  if (name.substr(0, 5) == "meta." && name.size() > 5) {
    part.kind = Kind::meta;
    part.text = name.substr(5);
  }
  if (part.kind == Kind::invalid) {
    const auto* nearest = std::min_element(kVariables.begin(), kVariables.end(),
                                           [&](std::string_view a, std::string_view b) {
                                             return distance(a, name) < distance(b, name);
                                           });
    throw std::invalid_argument("path: unknown variable " + quoted_variable(name) +
                                "; the nearest is " + quoted_variable(*nearest));
  }
  if (colon == std::string_view::npos) return part;
  part.width = parse_width(text.substr(colon + 1));
  if (part.kind != Kind::index || part.width == 0) {
    throw std::invalid_argument("path: only {index} takes a width, from 1 to 20, as in {index:04}");
  }
  return part;
}

std::string PathTemplate::value_of(const Part& part, const capstan::Item& item) {
  switch (part.kind) {
    case Kind::literal:
      return part.text;
    case Kind::job_path:
      return clean_value("{job.path}", item.job().path);
    case Kind::job_stem:
      return without_extension(clean_value("{job.stem}", item.job().path));
    case Kind::job_name:
      return last_part(clean_value("{job.name}", item.job().path));
    case Kind::job_id:
      return clean_value("{job.id}", item.job().id);
    case Kind::index: {
      const std::string digits = std::to_string(item.index());
      return std::string(part.width > digits.size() ? part.width - digits.size() : 0, '0') + digits;
    }
    case Kind::extension:
      return extension_for(item);
    case Kind::meta:
      return clean_value("{meta." + part.text + "}", item.meta(part.text));
    case Kind::invalid:
      break;
  }
  return {};
}

std::string PathTemplate::expand(const capstan::Item& item) const {
  std::string path;
  for (const Part& part : parts_) path += value_of(part, item);
  return checked_path(path);
}

}  // namespace write_plugin
