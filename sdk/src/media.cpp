#include <capstan/sdk/media.hpp>

CAPSTAN_BEGIN_NAMESPACE

// Defined here so that each type has one vtable, in the SDK's library.
VideoFrame::VideoFrame() = default;
VideoFrame::~VideoFrame() = default;
AudioFrame::AudioFrame() = default;
AudioFrame::~AudioFrame() = default;
Tensor::Tensor() = default;
Tensor::~Tensor() = default;

CAPSTAN_END_NAMESPACE
