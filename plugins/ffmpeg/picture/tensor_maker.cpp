#include "tensor_maker.hpp"

namespace capstan::ffmpeg {

namespace {

constexpr int kColors = 3;
// Codes of DLPack.
constexpr Tensor::DType kUint8{1, 8, 1};
constexpr Tensor::DType kFloat32{2, 32, 1};

Ref<Tensor> new_tensor(const TensorForm& form, Dimensions size) {
  auto tensor = make_ref<Tensor>();
  tensor->dtype = form.is_float ? kFloat32 : kUint8;
  if (form.is_planar) {
    tensor->shape = {kColors, size.height, size.width};
  } else {
    tensor->shape = {size.height, size.width, kColors};
  }
  const std::size_t n_values = std::size_t{kColors} * static_cast<std::size_t>(size.width) *
                               static_cast<std::size_t>(size.height);
  tensor->buffer = Buffer::allocate(n_values * tensor->dtype.bits / 8);
  return tensor;
}

}  // namespace

Ref<Tensor> TensorMaker::make(const AVFrame& picture) {
  const Placement placement = form_.sizing.place(picture);
  ScaleTarget known;
  known.width = picture.width;
  known.height = picture.height;
  known.format = pixels::nearest_format(static_cast<AVPixelFormat>(picture.format));
  const AvFramePtr source = converter_.convert(picture, known);
  Ref<Tensor> tensor = new_tensor(form_, placement.size);
  const std::ptrdiff_t value_bytes = tensor->dtype.bits / 8;
  pixels::RgbTarget target;
  target.width = placement.size.width;
  target.height = placement.size.height;
  target.is_planar = form_.is_planar;
  target.is_float = form_.is_float;
  target.data = tensor->buffer.mutable_data();
  target.row_stride = value_bytes * target.width * (form_.is_planar ? 1 : kColors);
  target.plane_stride = target.row_stride * target.height;
  for (std::size_t c = 0; c < kColors; ++c) {
    target.scale[c] = static_cast<float>(form_.white / 255 / form_.std[c]);
    target.offset[c] = static_cast<float>(-form_.mean[c] / form_.std[c]);
  }
  resizer_.to_rgb(*source, placement.part, target);
  return tensor;
}

}  // namespace capstan::ffmpeg
