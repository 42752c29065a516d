// The subject `gstreamer`: a pipeline a file, two at a time, decoders with one thread.
#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <memory>

#include "bench/media/workers.hpp"

namespace bench {
namespace {

constexpr int kSide = 224;

struct GstDeleter {
  void operator()(GstElement* element) const {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
  }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
};
template <class T>
using GstPtr = std::unique_ptr<T, GstDeleter>;

/// What follows `filesrc` in each case; `sink` is an appsink where pictures are looked at.
std::string rest_of_pipeline(const Job& job, const std::string& path) {
  const std::string sink = " ! appsink name=sink sync=false max-buffers=4";
  const std::string tensor =
      "video/x-raw,format=RGB,width=224,height=224,pixel-aspect-ratio=1/1" + sink;
  const std::string scale = " ! videoconvertscale add-borders=false ! ";
  if (job.name == "decode") return "decodebin ! video/x-raw" + sink;
  if (job.name == "tensors") return "decodebin" + scale + tensor;
  if (job.name == "photos") return "jpegdec ! aspectratiocrop aspect-ratio=1/1" + scale + tensor;
  if (job.name == "audio") {
    return "decodebin ! audioconvert ! audioresample ! "
           "audio/x-raw,format=F32LE,channels=1,rate=16000" +
           sink;
  }
  if (job.name == "thumbnails") {
    // A JPEG's full range and matrix; the encoder writes what it is given.
    return "decodebin" + scale +
           "video/x-raw,format=I420,colorimetry=1:4:0:0,width=320,pixel-aspect-ratio=1/1 ! "
           "jpegenc quality=85" +
           sink;
  }
  if (job.name == "transcode") {
    return "decodebin name=d d. ! queue" + scale +
           "video/x-raw,width=640,height=360 ! "
           "x264enc speed-preset=veryfast pass=qual quantizer=23 threads=1 ! queue ! mux. "
           "d. ! queue ! audioconvert ! audioresample ! avenc_aac bitrate=128000 ! queue ! mux. "
           "mp4mux name=mux ! filesink location=" +
           job.output(path, ".mp4");
  }
  throw std::invalid_argument("no case " + job.name);
}

/// Decoders are given one thread: files are worked on side by side.
void set_up(GstBin*, GstBin*, GstElement* element, gpointer) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "max-threads")) {
    g_object_set(element, "max-threads", 1, nullptr);
  }
}

class GStreamer {
 public:
  explicit GStreamer(const Job& job) : job_(job) {}

  void work(const std::string& path) {
    GError* error = nullptr;
    const std::string text = "filesrc location=" + path + " ! " + rest_of_pipeline(job_, path);
    GstPtr<GstElement> pipeline(gst_parse_launch(text.c_str(), &error));
    if (error) throw std::runtime_error(error->message);
    g_signal_connect(pipeline.get(), "deep-element-added", G_CALLBACK(set_up), nullptr);
    if (job_.name == "thumbnails") return thumbnail(*pipeline, path);
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    if (job_.name != "transcode") pull_all(*pipeline);
    wait_for_end(*pipeline);
    if (job_.name == "audio" || job_.name == "transcode") tally.count();
  }

  Tally tally;

 private:
  void wait_for_end(GstElement& pipeline) {
    GstBus* const bus = gst_element_get_bus(&pipeline);
    const GstPtr<GstMessage> message(gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
    gst_object_unref(bus);
    if (GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_ERROR) return;
    GError* error = nullptr;
    gst_message_parse_error(message.get(), &error, nullptr);
    throw std::runtime_error(error->message);
  }

  void pull_all(GstElement& pipeline) {
    GstElement* const sink = gst_bin_get_by_name(GST_BIN(&pipeline), "sink");
    for (std::uint64_t index = 0;; ++index) {
      const GstPtr<GstSample> sample(gst_app_sink_pull_sample(GST_APP_SINK(sink)));
      if (!sample) break;
      look(*sample, index);
    }
    gst_object_unref(sink);
  }

  void look(GstSample& sample, std::uint64_t index) {
    if (job_.name == "decode") return tally.count();
    GstMapInfo map;
    GstBuffer* const buffer = gst_sample_get_buffer(&sample);
    gst_buffer_map(buffer, &map, GST_MAP_READ);
    if (job_.name == "audio") {
      tally.hear(reinterpret_cast<const float*>(map.data), static_cast<int>(map.size / 4));
    } else {
      tally.look(map.data, kSide, kSide, 3 * kSide, index);
    }
    gst_buffer_unmap(buffer, &map);
  }

  void thumbnail(GstElement& pipeline, const std::string& path) {
    gst_element_set_state(&pipeline, GST_STATE_PAUSED);
    gst_element_get_state(&pipeline, nullptr, nullptr, GST_CLOCK_TIME_NONE);
    gint64 duration = 0;
    gst_element_query_duration(&pipeline, GST_FORMAT_TIME, &duration);
    gst_element_seek_simple(&pipeline, GST_FORMAT_TIME,
                            static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                            duration / 10);
    // Else the sink may still hold the picture from before.
    gst_element_get_state(&pipeline, nullptr, nullptr, GST_CLOCK_TIME_NONE);
    GstElement* const sink = gst_bin_get_by_name(GST_BIN(&pipeline), "sink");
    const GstPtr<GstSample> sample(gst_app_sink_pull_preroll(GST_APP_SINK(sink)));
    gst_object_unref(sink);
    if (!sample) throw std::runtime_error(path + ": no picture");
    GstMapInfo map;
    gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ);
    std::ofstream(job_.output(path, ".jpg"), std::ios::binary)
        .write(reinterpret_cast<const char*>(map.data), static_cast<std::streamsize>(map.size));
    gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
    tally.count();
  }

  const Job& job_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  return bench::run_subject<bench::GStreamer>(argc, argv);
}
