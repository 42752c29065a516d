// npy and stack.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <capstan/sdk/harness.hpp>
#include <cstdint>
#include <cstring>

#include "npy.hpp"
#include "stack.hpp"

extern "C" const capstan::PluginDescriptor capstan_plugin;

namespace tensor {
namespace {

using namespace capstan;
using testing::ElementsAre;

/// Bytes 0, 1, 2, ... plus `first`.
Ref<Tensor> counting(std::vector<std::int64_t> shape, std::uint8_t first = 0) {
  auto array = make_ref<Tensor>();
  std::size_t size = 1;
  for (const auto side : shape) size *= static_cast<std::size_t>(side);
  array->shape = std::move(shape);
  array->buffer = Buffer::allocate(size);
  for (std::size_t i = 0; i < size; ++i) {
    array->buffer.mutable_data()[i] = static_cast<std::byte>(first + i);
  }
  return array;
}

std::string file_of(const Tensor& array) { return std::string(npy_file(array).text()); }
std::string dict_of(const std::string& file) { return file.substr(10, file.find('\n') - 10); }
std::string data_of(const std::string& file) { return file.substr(file.find('\n') + 1); }

template <class Call>
std::string failure(Call call) {
  try {
    call();
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace

TEST(Npy, WritesTheFormatThatNumPyDescribes) {
  const std::string file = file_of(*counting({2, 3}));
  EXPECT_EQ(file.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t header =
      static_cast<std::uint8_t>(file[8]) + 256U * static_cast<std::uint8_t>(file[9]);
  EXPECT_EQ((10 + header) % 64, 0U);
  EXPECT_EQ(file[10 + header - 1], '\n');
  EXPECT_EQ(dict_of(file).substr(0, 58),
            "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), ");
  EXPECT_EQ(data_of(file), std::string("\0\1\2\3\4\5", 6));
}

TEST(Npy, NamesEveryType) {
  const struct {
    Tensor::DType type;
    const char* name;
  } types[] = {{{0, 16, 1}, "'<i2'"}, {{1, 32, 1}, "'<u4'"}, {{2, 32, 1}, "'<f4'"},
               {{2, 64, 1}, "'<f8'"}, {{2, 16, 1}, "'<f2'"}, {{0, 8, 1}, "'|i1'"}};
  for (const auto& [type, name] : types) {
    auto array = counting({8});
    array->dtype = type;
    array->shape = {8 / (type.bits / 8)};
    EXPECT_THAT(dict_of(file_of(*array)), testing::HasSubstr(name));
    EXPECT_EQ(data_of(file_of(*array)).size(), 8U);
  }
}

TEST(Npy, WritesShapesOfOneAndNoDimensionAsPythonDoes) {
  EXPECT_THAT(dict_of(file_of(*counting({5}))), testing::HasSubstr("(5,)"));
  EXPECT_THAT(dict_of(file_of(*counting({}))), testing::HasSubstr("()"));
  EXPECT_EQ(data_of(file_of(*counting({0, 3}))), "");
}

TEST(Npy, FollowsStridesAndOffset) {
  auto turned = counting({2, 3});
  turned->shape = {3, 2};
  turned->strides = {1, 3};
  EXPECT_EQ(data_of(file_of(*turned)), std::string("\0\3\1\4\2\5", 6));
  auto part = counting({2, 3});
  part->shape = {2, 2};
  part->strides = {3, 1};
  part->byte_offset = 1;
  EXPECT_EQ(data_of(file_of(*part)), std::string("\1\2\4\5", 4));
  auto backwards = counting({4});
  backwards->strides = {-1};
  backwards->byte_offset = 3;
  EXPECT_EQ(data_of(file_of(*backwards)), std::string("\3\2\1\0", 4));
}

TEST(Npy, RefusesWhatLiesOutsideTheMemory) {
  auto array = counting({2, 3});
  array->byte_offset = 1;
  EXPECT_EQ(failure([&] { npy_file(*array); }),
            "the tensor (uint8 of 2x3) is larger than its memory");
  array->byte_offset = 0;
  array->strides = {3};
  EXPECT_EQ(failure([&] { npy_file(*array); }), "a tensor of uint8 of 2x3 has 1 strides");
  array->strides = {-3, 1};
  EXPECT_NE(failure([&] { npy_file(*array); }), "");
}

TEST(Npy, RefusesTypesThatNumPyLacks) {
  auto array = counting({4});
  array->dtype = {4, 16, 1};  // bfloat16
  EXPECT_EQ(failure([&] { npy_file(*array); }),
            "NumPy has no type for a tensor of type 4, 16 of 4");
  array->dtype = {1, 4, 1};
  EXPECT_EQ(failure([&] { npy_file(*array); }),
            "a tensor of uint4 of 4 has elements that are not whole bytes");
}

TEST(Npy, StageKeepsTheItem) {
  StageHarness stage(capstan_plugin, "npy");
  Item in(counting({3}));
  in.set_meta("kind", "test");
  const Item out = stage.feed(in).at(0);
  EXPECT_EQ(out.get<Bytes>().media_type(), "application/x-npy");
  EXPECT_EQ(out.meta("kind"), "test");
}

TEST(Stack, PutsADimensionInFront) {
  StageHarness stage(capstan_plugin, "stack");
  Item batch = gather({Item(counting({2, 2})), Item(counting({2, 2}, 10))});
  batch.set_meta("batch.items", "2");
  const Item out = stage.feed(batch).at(0);
  EXPECT_THAT(out.get<Tensor>().shape, ElementsAre(2, 2, 2));
  EXPECT_EQ(out.get<Tensor>().buffer.text(), std::string("\0\1\2\3\xA\xB\xC\xD", 8));
  EXPECT_EQ(out.meta("batch.items"), "2");
}

TEST(Stack, NamesTensorsThatDiffer) {
  EXPECT_EQ(failure([] {
              stacked({Item(counting({2, 2})), Item(counting({2, 3}))});
            }),
            "tensors of a batch differ: uint8 of 2x2 and uint8 of 2x3");
  EXPECT_THROW(stacked({Item(counting({2})), Item(make_ref<Reference>("x"))}), WrongPayload);
}

}  // namespace tensor
