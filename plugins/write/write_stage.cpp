#include "write_stage.hpp"

#include <stdexcept>
#include <system_error>

#include "atomic_file.hpp"
#include "folders.hpp"

namespace write_plugin {

namespace {

Content content_of(capstan::Item& item) {
  const auto* file = item.get_if<capstan::File>();
  if (!file) return item.get<capstan::Bytes>().buffer().text();
  const bool is_alone = item.get_writable<capstan::File>() != nullptr;
  return {file->fd(), file->content_bytes(), is_alone};
}

}  // namespace

WriteStage::WriteStage(capstan::StageContext& context, const capstan::Options& options)
    : context_(context),
      template_(options.text("path")),
      written_(context.shared<WrittenPaths>([] { return std::make_shared<WrittenPaths>(); })) {}

capstan::Item WriteStage::process(capstan::Item in) {
  const std::string below = template_.expand(in);
  const std::string path = template_.root() + below;
  try {
    Claim claim(*written_, below, in);
    write_file(below, content_of(in));
    claim.keep();
  } catch (const std::system_error& failure) {
    throw std::runtime_error("cannot write '" + path + "': " + failure.code().message());
  } catch (const std::runtime_error& failure) {
    throw std::runtime_error("cannot write '" + path + "': " + failure.what());
  }
  return std::move(in).with(capstan::make_ref<capstan::Reference>(path));
}

void WriteStage::write_file(const std::string& path, const Content& content) {
  const std::size_t name_at = path.rfind('/') + 1;  // npos + 1 is 0
  // The root is opened anew for each file, so that it may be mounted or replaced meanwhile.
  RootFolder root(template_.root());
  const Fd folder = root.open(path.substr(0, name_at ? name_at - 1 : 0));
  replace_file(folder.get(), path.substr(name_at), content, [this] {
    if (context_.is_cancelled()) throw capstan::Cancelled();
  });
}

}  // namespace write_plugin
