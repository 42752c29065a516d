// The subject `gstreamer`: empty buffers through queues, each of which hands them to a thread of
// its own: fakesrc ! queue ! fakesink, or three queues in a row. One way, since there is no loop to
// come back to; no latency, since that would be the queue's length.
#include <gst/gst.h>

#include <memory>

#include "bench/measure.hpp"

namespace bench {
namespace {

struct ObjectFree {
  void operator()(void* object) const noexcept { gst_object_unref(object); }
};
using ElementPtr = std::unique_ptr<GstElement, ObjectFree>;
using BusPtr = std::unique_ptr<GstBus, ObjectFree>;
struct MessageFree {
  void operator()(GstMessage* message) const noexcept { gst_message_unref(message); }
};
using MessagePtr = std::unique_ptr<GstMessage, MessageFree>;
struct StructureFree {
  void operator()(GstStructure* structure) const noexcept { gst_structure_free(structure); }
};
using StructurePtr = std::unique_ptr<GstStructure, StructureFree>;

std::string description_of(const Arguments& arguments) {
  const unsigned n_queues = arguments.name == "chain3" ? 3 : 1;
  std::string text = "fakesrc num-buffers=" + std::to_string(arguments.n_items);
  for (unsigned i = 0; i < n_queues; ++i) {
    const unsigned length = std::max(arguments.in_flight / n_queues, 1U);
    text += " ! queue max-size-bytes=0 max-size-time=0 max-size-buffers=" + std::to_string(length);
  }
  return text + " ! fakesink name=sink sync=false enable-last-sample=false";
}

std::uint64_t n_rendered(GstElement* pipeline) {
  const ElementPtr sink(gst_bin_get_by_name(GST_BIN(pipeline), "sink"));
  GstStructure* raw = nullptr;
  g_object_get(sink.get(), "stats", &raw, nullptr);
  const StructurePtr stats(raw);
  guint64 n = 0;
  gst_structure_get_uint64(stats.get(), "rendered", &n);
  return n;
}

void run(const Arguments& arguments) {
  if (arguments.name != "hop" && arguments.name != "chain3") {
    throw std::invalid_argument("no case " + arguments.name);
  }
  gst_init(nullptr, nullptr);
  const ElementPtr pipeline(gst_parse_launch(description_of(arguments).c_str(), nullptr));
  if (!pipeline) throw std::runtime_error("cannot make the pipeline");
  const BusPtr bus(gst_element_get_bus(pipeline.get()));
  Stopwatch watch;
  watch.start();
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const auto wanted = static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  const MessagePtr message(gst_bus_timed_pop_filtered(bus.get(), GST_CLOCK_TIME_NONE, wanted));
  watch.stop();
  const std::uint64_t n_items = n_rendered(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  throughput(n_items, watch).print();
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::run_subject(argc, argv, bench::run); }
