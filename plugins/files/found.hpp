// What was found and is yet to be emitted.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

#include "folder.hpp"

namespace files {

/// Inputs that share a folder, or one that cannot be taken.
struct Batch {
  std::string location;  ///< goes before each name; empty or with a slash at its end
  std::string job_path;  ///< the same, as the job's relative path
  NameList names;
  std::string failure;  ///< not empty: `location` and `job_path` are whole, this is why it failed
};

/// One input on its way out.
struct Input {
  std::string location;
  std::string job_path;
  std::string failure;  ///< empty for one that can be taken
};

/// Remembers which names were taken, in 64 bits each: for a million files the chance that any two
/// are mistaken for one is below one in ten million.
class SeenNames {
 public:
  /// False when this name in this folder came before.
  bool insert(std::uint64_t folder_id, std::string_view name);

 private:
  std::unordered_set<std::uint64_t> hashes_;
};

/// The queue between the listing and the items. Home: whoever runs the source.
class Found {
 public:
  void add_folder(std::string location, std::string job_path, NameList names);
  /// Neighbours in one folder share its text, so that a sorted manifest takes little memory.
  void add_file(std::string location, std::string job_path, std::string_view name);
  /// The same path fails once.
  void add_failure(std::string location, std::string job_path, std::string reason);

  bool empty() const { return batches_.empty(); }
  Input take();
  /// Inputs added since the beginning.
  std::uint64_t n_added() const { return n_added_; }
  std::size_t size_bytes() const { return size_bytes_; }

 private:
  void push(Batch batch);
  void pop();

  std::deque<Batch> batches_;
  SeenNames failed_;
  std::size_t next_name_ = 0;  // in the first batch
  std::size_t size_bytes_ = 0;
  std::uint64_t n_added_ = 0;
};

}  // namespace files
