// All FFmpeg stages are one plugin, since they share one copy of libav*.
#include "decode/decode_stage.hpp"
#include "filter/filter_stage.hpp"
#include "inspect/hash_stage.hpp"
#include "inspect/probe_stage.hpp"
#include "mux/demux_stage.hpp"
#include "mux/encode_streams_stage.hpp"
#include "mux/mux_stage.hpp"
#include "picture/encode_stage.hpp"
#include "picture/scale_stage.hpp"
#include "picture/tensor_stage.hpp"
#include "sheet/sheet_stage.hpp"

using namespace capstan;
using namespace capstan::ffmpeg;

CAPSTAN_PLUGIN(
    "ffmpeg", "1.0.0",
    stage_type<DecodeStage>({"decode", "decodes video, images and audio", "reference|bytes",
                             "video_frame|audio_frame", Scope::item, kDecodeOptions}),
    stage_type<ScaleStage>({"scale", "changes the size and pixel format of pictures",
                            "video_frame|audio_frame", "video_frame|audio_frame", Scope::item,
                            kScaleOptions}),
    stage_type<FilterStage>({"filter", "puts frames through a filter graph of FFmpeg's",
                             "video_frame|audio_frame", "video_frame|audio_frame", Scope::job,
                             kFilterOptions}),
    stage_type<ProbeStage>({"probe", "tells what is in a media file, as JSON", "reference|bytes",
                            "bytes", Scope::item}),
    stage_type<HashStage>({"hash", "gives the framemd5 or framecrc text of a job's frames",
                           "video_frame|audio_frame", "bytes", Scope::job, kHashOptions}),
    stage_type<TensorStage>({"tensor", "makes arrays of pictures", "video_frame", "tensor",
                             Scope::item, kTensorOptions}),
    stage_type<EncodeStage>({"encode", "makes image files of pictures", "video_frame", "bytes",
                             Scope::item, kEncodeOptions}),
    stage_type<SheetStage>({"sheet", "puts the pictures of a run side by side on pages",
                            "video_frame", "video_frame", Scope::pipeline, kSheetOptions}),
    stage_type<DemuxStage>({"demux", "gives the compressed packets of a file", "reference|bytes",
                            "packet", Scope::item, kDemuxOptions}),
    stage_type<EncodeStreamsStage>({"encode_streams", "compresses the video and audio of a job",
                                    "video_frame|audio_frame", "packet", Scope::job,
                                    kEncodeStreamsOptions}),
    stage_type<MuxStage>({"mux", "puts packets into a file: MP4, Matroska, HLS and others",
                          "packet", "file", Scope::job, kMuxOptions}));
