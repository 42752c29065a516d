#include "config/config.hpp"

#include <gmock/gmock.h>

#include "config/form_rig.hpp"

namespace capstan::config {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class Form : public testing::Test, protected FormRig {};

TEST_F(Form, ReadsTheWholeForm) {
  const Config config = read(R"(
daemon:
  workers: 3
  memory: 256MiB
  plugin_path: [/opt/plugins]
pipelines:
  thumbs:
    max_failures: 7
    max_failure_rate: 0.05
    weight: 3
    stages:
      - use: files
        with: { path: /srv/media }
        on_full: drop_oldest
        epoch: { items: 100, bytes: 64MiB, time: 10s }
      - use: decode
        id: pictures
        from: [files, router.video]
        concurrency: 2
        queue: { items: 8, bytes: 64MiB }
        order: none
        timeout: 30s
        retry: { times: 3, backoff: 1s }
        on_error: drop
        max_failures: 0
        max_failure_rate: 1
        with: { video: { at: [10%, 50%], size: 320x-1 } }
)");
  EXPECT_THAT(lines_of(faults_), IsEmpty());
  EXPECT_EQ(config.daemon.workers, 3U);
  EXPECT_EQ(config.daemon.memory, 256U << 20U);
  EXPECT_EQ(config.daemon.plugin_path.at(0).value, "/opt/plugins");
  const PipelineConfig& pipeline = config.pipelines.at(0);
  EXPECT_EQ(pipeline.name.value, "thumbs");
  EXPECT_EQ(pipeline.limit.max_failures->value, 7U);
  EXPECT_EQ(pipeline.limit.max_failure_rate->value, 0.05);
  EXPECT_EQ(pipeline.weight, 3U);
  EXPECT_EQ(pipeline.stages.at(0).id.value, "files");
  EXPECT_FALSE(pipeline.stages.at(0).from);
  EXPECT_EQ(pipeline.stages.at(0).on_full->value, OnFull::drop_oldest);
  EXPECT_EQ(pipeline.stages.at(0).epoch->value.n_items, 100U);
  EXPECT_EQ(pipeline.stages.at(0).epoch->value.n_bytes, 64U << 20U);
  EXPECT_EQ(pipeline.stages.at(0).epoch->value.duration, 10s);
  const StageConfig& stage = pipeline.stages.at(1);
  EXPECT_EQ(stage.id.value, "pictures");
  EXPECT_EQ(stage.from->at(0).value, "files");
  EXPECT_EQ(stage.from->at(1).value, "router.video");
  EXPECT_EQ(stage.concurrency->value, 2U);
  EXPECT_EQ(stage.queue_items->value, 8U);
  EXPECT_EQ(stage.queue_bytes->value, 64U << 20U);
  EXPECT_EQ(stage.order->value, Order::none);
  EXPECT_EQ(stage.timeout->value, 30s);
  EXPECT_EQ(stage.retry->value.n_retries, 3U);
  EXPECT_EQ(stage.retry->value.backoff, 1s);
  EXPECT_EQ(stage.on_error->value, OnError::drop);
  EXPECT_EQ(stage.limit.max_failures->value, 0U);
  EXPECT_EQ(stage.limit.max_failure_rate->value, 1);
  EXPECT_EQ(to_string(stage.with_mark), "c.yaml:27:9");
}

TEST_F(Form, FlattensNestedOptionsToDottedNamesWithMarks) {
  const auto with =
      stage("use: decode, with: {video: {at: [10%, 2s], size: 320x-1}, threads: 4}").with;
  ASSERT_EQ(with.size(), 3U);
  EXPECT_EQ(with[0].name.value, "video.at");
  EXPECT_TRUE(with[0].is_list);
  EXPECT_EQ(with[0].values.at(1).value, "2s");
  EXPECT_EQ(to_string(with[0].values.at(1).mark), "c.yaml:3:40");
  EXPECT_EQ(with[1].name.value, "video.size");
  EXPECT_EQ(with[2].values.at(0).value, "4");
}

TEST_F(Form, ShortFormsOfQueueAndRetry) {
  const StageConfig short_form = stage("use: x, queue: 5, retry: 2");
  EXPECT_EQ(short_form.queue_items->value, 5U);
  EXPECT_FALSE(short_form.queue_bytes);
  EXPECT_EQ(short_form.retry->value.n_retries, 2U);
  EXPECT_EQ(short_form.retry->value.backoff, 100ms);
}

TEST_F(Form, QuotesMakeNoDifference) {
  EXPECT_EQ(stage("use: 'x', concurrency: \"4\"").concurrency->value, 4U);
  EXPECT_THAT(lines_of(faults_), IsEmpty());
}

TEST_F(Form, ReportsEveryFaultAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(faults_of("deamon: {}\n"
                        "daemon: {workers: many, memory: 1 potato}\n"
                        "pipelines:\n"
                        "  p:\n"
                        "    max_failures: -1\n"
                        "    stages:\n"
                        "      - use: files\n"
                        "        concurency: 2\n"
                        "      - with: {a: 1}\n"),
              ElementsAre("c.yaml:1:1: unknown key 'deamon' in the configuration; did you mean "
                          "'daemon'?",
                          "c.yaml:2:19: 'workers' is 'many': expected auto or a whole number",
                          HasSubstr("c.yaml:2:33: 'memory' is '1 potato': expected a size"),
                          "c.yaml:5:19: 'max_failures' is '-1': expected a whole number from 0 to "
                          "1000000000",
                          "c.yaml:8:9: unknown key 'concurency' in a stage; did you mean "
                          "'concurrency'?",
                          "c.yaml:9:9: a stage lacks 'use': expected the name of a stage type"));
}

TEST_F(Form, KeysOfLaterVersionsAreUnknownNotIgnored) {
  EXPECT_THAT(faults_of("daemon: {jobs: {store: 'memory:'}}\npipelines: {p: {stages: [use: x]}}"),
              ElementsAre("c.yaml:1:10: unknown key 'jobs' in 'daemon'; known are workers, memory, "
                          "plugin_path, inputs"));
}

TEST_F(Form, AllowedInputsAreFoldersAndUrls) {
  const std::string pipelines = "\npipelines: {p: {stages: [use: x]}}";
  const auto allowed = [&](const std::string& daemon) {
    std::vector<std::string> values;
    const Config config = read(daemon + pipelines);
    if (!config.daemon.allowed_inputs) return std::vector<std::string>{"not said"};
    for (const Text& each : *config.daemon.allowed_inputs) values.push_back(each.value);
    return values;
  };
  EXPECT_THAT(allowed("daemon: {inputs: {allow: [/srv, 'https://cdn.example.org/a/']}}"),
              ElementsAre("/srv", "https://cdn.example.org/a/"));
  EXPECT_THAT(allowed("daemon: {inputs: {allow: []}}"), IsEmpty());
  EXPECT_THAT(allowed("daemon: {workers: 1}"), ElementsAre("not said"));
  EXPECT_THAT(lines_of(faults_), IsEmpty());
}

TEST_F(Form, AllowedInputsThatMakeNoSenseAreNamed) {
  const std::string pipelines = "\npipelines: {p: {stages: [use: x]}}";
  EXPECT_THAT(faults_of("daemon: {inputs: {allow: ['https://me@host/', [x]]}}" + pipelines),
              ElementsAre("c.yaml:1:27: 'allow' has 'https://me@host/' in its list: expected a URL "
                          "without user, query and '..'",
                          "c.yaml:1:47: 'allow' has a list in its list: expected a list of folders "
                          "and URLs"));
}

TEST_F(Form, InputsWithoutAListAreAFault) {
  EXPECT_THAT(faults_of("daemon: {inputs: {}}\npipelines: {p: {stages: [use: x]}}"),
              ElementsAre("c.yaml:1:10: 'inputs' lacks 'allow': expected a list of folders and "
                          "URLs"));
}

TEST_F(Form, MissingValuesAreNamed) {
  EXPECT_THAT(stage_faults("use: ~, with: {a: }, id:"),
              ElementsAre("c.yaml:3:2: 'use' has no value: expected the name of a stage type",
                          "c.yaml:3:17: 'a' has no value: expected one, or leave it out",
                          "c.yaml:3:23: 'id' has no value: expected a name for the stage"));
}

TEST_F(Form, WrongKindsOfNodesAreNamed) {
  EXPECT_THAT(
      stage_faults("use: [a], with: [b], order: {c: d}"),
      ElementsAre("c.yaml:3:7: 'use' is a list: expected the name of a stage type",
                  "c.yaml:3:18: 'with' is a list: expected a map of options, as in '{path: /srv}'",
                  "c.yaml:3:30: 'order' is a map: expected one of job, none, global"));
}

TEST_F(Form, AListWhereAMapIsExpected) {
  EXPECT_THAT(faults_of("- pipelines\n"),
              ElementsAre(HasSubstr("c.yaml:1:1: the configuration is a list: expected a map")));
}

TEST_F(Form, WrongValuesOfEngineKeysSayWhatIsExpected) {
  EXPECT_THAT(
      stage_faults("use: x, concurrency: 0, order: jobs, timeout: 5, retry: {backoff: 1s}, "
                   "on_error: dead, queue: {items: 1.5, size: 3}"),
      ElementsAre(HasSubstr("'concurrency' is '0': expected a whole number from 1 to 1024"),
                  HasSubstr("'order' is 'jobs': expected one of job, none, global"),
                  HasSubstr("'timeout' is '5': expected a duration such as 100ms, 30s or 5min"),
                  HasSubstr("'retry' lacks 'times'"),
                  HasSubstr("'on_error' is 'dead': expected one of fail, drop, dead_letter"),
                  HasSubstr("'items' is '1.5': expected a whole number"),
                  HasSubstr("unknown key 'size' in 'queue'")));
}

TEST_F(Form, OptionNamesAreNestedNotDotted) {
  EXPECT_THAT(stage_faults("use: x, with: {video.at: 1s}"),
              ElementsAre(HasSubstr("c.yaml:3:17: the key 'video.at' has a dot in it")));
}

TEST_F(Form, ListsOfOptionsHoldPlainValues) {
  EXPECT_THAT(
      stage_faults("use: x, with: {a: [1, [2], {b: c}, ~], d: {}}"),
      ElementsAre(HasSubstr("'a' has a list in its list: expected plain values"),
                  HasSubstr("'a' has a map in its list"), HasSubstr("'a' has nothing in its list"),
                  HasSubstr("'d' is an empty map")));
}

TEST_F(Form, AnUnsetVariableIsOneFaultAndNoMore) {
  EXPECT_THAT(stage_faults("use: x, concurrency: \"${N}\", with: {a: \"${N}\"}, from: \"${N}\""),
              ElementsAre(HasSubstr("c.yaml:3:23: the environment variable 'N' is not set"),
                          HasSubstr("c.yaml:3:41: the environment variable 'N' is not set"),
                          HasSubstr("c.yaml:3:56: the environment variable 'N' is not set")));
}

TEST_F(Form, NamesAreFitForMetricsAndPaths) {
  EXPECT_THAT(faults_of("pipelines:\n  a b: {stages: [{use: x, id: ../y}]}\n"),
              ElementsAre(HasSubstr("c.yaml:2:3: 'a b' cannot name a pipeline")));
}

TEST_F(Form, IdsHaveNoDotsSinceTheseLeadToPaths) {
  EXPECT_THAT(stage_faults("use: x, id: a.b"),
              ElementsAre(HasSubstr("c.yaml:3:14: 'a.b' cannot name a stage: expected up to 64 "
                                    "letters, digits, '_' and '-', starting with a letter or "
                                    "digit; behind a dot, 'from' names a path of a stage")));
  faults_ = {};
  EXPECT_THAT(stage_faults("use: x, id: a/b"),
              ElementsAre(testing::EndsWith("starting with a letter or digit")));
  faults_ = {};
  EXPECT_THAT(faults_of("pipelines: {v1.2: {stages: [use: x]}}"), IsEmpty());
}

TEST_F(Form, AFaultIsALineWhateverIsInIt) {
  faults_.error({"a\nb", 1, 2},
                "x\ty\x01"
                "\n'" +
                    quote("\n") + "'");
  EXPECT_THAT(lines_of(faults_), ElementsAre("a\\nb:1:2: x\\ty\\x01\\n''\\n''"));
}

TEST_F(Form, PipelinesNeedStages) {
  EXPECT_THAT(faults_of("pipelines:\n  a:\n  b: {}\n  c: {stages: []}\n  d: {stages: x}\n"),
              ElementsAre("c.yaml:2:3: 'a' has no value: expected a map with stages",
                          "c.yaml:3:6: the pipeline 'b' lacks 'stages': expected a list of stages",
                          HasSubstr("c.yaml:4:15: 'stages' is an empty list"),
                          HasSubstr("c.yaml:5:15: 'stages' is 'x'")));
}

TEST_F(Form, MorePipelinesOrStagesThanAnyoneNeedsAreFaults) {
  std::string stages;
  std::string pipelines;
  for (int i = 0; i < 201; ++i) stages += "{use: x}, ";
  for (int i = 0; i < 1001; ++i) pipelines += "p" + std::to_string(i) + ": {}, ";
  EXPECT_THAT(faults_of("pipelines: {p: {stages: [" + stages + "]}}"),
              ElementsAre(HasSubstr("'stages' has 201 entries: expected at most 200")));
  faults_ = {};
  EXPECT_THAT(faults_of("pipelines: {" + pipelines + "}"),
              ElementsAre(HasSubstr("'pipelines' has 1001 entries: expected at most 1000")));
}

TEST_F(Form, AMergeOfMoreThanThereCanBeStagesIsAFault) {
  std::string names;
  for (int i = 0; i < 201; ++i) names += "a, ";
  EXPECT_THAT(stage_faults("use: x, from: [" + names + "]"),
              ElementsAre(HasSubstr("'from' has 201 entries: expected at most 200")));
}

TEST_F(Form, AConfigurationWithoutPipelinesIsAFault) {
  EXPECT_THAT(faults_of("daemon: {workers: 2}\n"), ElementsAre(HasSubstr("c.yaml: no pipelines")));
  faults_ = {};
  EXPECT_THAT(faults_of("pipelines: {}\n"),
              ElementsAre("c.yaml:1:12: 'pipelines' is empty: expected at least one pipeline"));
}

}  // namespace capstan::config
