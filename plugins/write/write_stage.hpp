// The write stage.
#pragma once

#include <memory>

#include <capstan/sdk/plugin.hpp>

#include "atomic_file.hpp"
#include "path_template.hpp"
#include "written_paths.hpp"

namespace write_plugin {

class WriteStage final : public capstan::MapStage {
 public:
  /// Throws std::invalid_argument for a bad template. Touches no file.
  WriteStage(capstan::StageContext& context, const capstan::Options& options);

  /// Writes the item's content; gives a Reference to the file once it is durable.
  capstan::Item process(capstan::Item in) override;

 private:
  void write_file(const std::string& path, const Content& content);

  capstan::StageContext& context_;
  PathTemplate template_;
  std::shared_ptr<WrittenPaths> written_;
};

}  // namespace write_plugin
