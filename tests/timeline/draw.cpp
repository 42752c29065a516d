// The picture: two panels on one time axis, each with the loop, a worker and the heartbeat.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>

#include "record.hpp"

namespace timeline {
namespace {

struct Palette {
  const char *page, *panel, *line, *text, *quiet, *loop, *worker, *bad, *beat;
  const char *good_words, *bad_words;
};
constexpr Palette kLight = {"#ffffff", "#f6f8fa", "#d0d7de", "#1f2328", "#59636e", "#8250df",
                            "#1a7f37", "#cf222e", "#0969da", "#1a7f37", "#cf222e"};
constexpr Palette kDark = {"#0d1117", "#151b23", "#3d444d", "#f0f6fc", "#9198a1", "#8957e5",
                           "#238636", "#da3633", "#58a6ff", "#3fb950", "#f85149"};

constexpr int kWidth = 960;
constexpr int kLeft = 130;  // where time starts; lane names stand left of it
constexpr int kRight = 30;
constexpr int kPanelTop = 96;
constexpr int kPanelHeight = 196;
constexpr int kPanelGap = 22;
constexpr int kLaneHeight = 34;

class Picture {
 public:
  Picture(const Palette& palette, double end_ms) : palette_(palette), end_ms_(end_ms) {}

  std::string draw(const Record& blocking, const Record& offloaded) {
    const int height = kPanelTop + 2 * kPanelHeight + kPanelGap + 58;
    svg_
        << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << kWidth << ' ' << height
        << "\" font-family=\"-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif\""
           " font-size=\"14\">\n"
        << "<title>One coroutine on the loop's timeline: its work called there, and awaited"
           "</title>\n";
    box(0, 0, kWidth, height, palette_.page, 8);
    text(24, 38, 22, palette_.text, "One coroutine, one event loop", "font-weight=\"600\"");
    text(24, 66, 15, palette_.quiet,
         "prepare();&#160; work();&#160; finish();&#160; &#8212; "
         "measured, with a heartbeat of the same loop that is due every 10 ms");
    panel(kPanelTop, "work() is called on the loop", palette_.bad_words, blocking);
    panel(kPanelTop + kPanelHeight + kPanelGap, "co_await offload(work)", palette_.good_words,
          offloaded);
    axis(kPanelTop + 2 * kPanelHeight + kPanelGap + 8);
    svg_ << "</svg>\n";
    return svg_.str();
  }

 private:
  double x(double ms) const { return kLeft + ms / end_ms_ * (kWidth - kLeft - kRight); }

  void box(double left, double top, double width, double height, const char* fill, int radius) {
    svg_ << "<rect x=\"" << round1(left) << "\" y=\"" << top << "\" width=\"" << round1(width)
         << "\" height=\"" << height << "\" rx=\"" << radius << "\" fill=\"" << fill << "\"/>\n";
  }
  void text(double left, double top, int size, const char* fill, const std::string& words,
            const char* more = "") {
    svg_ << "<text x=\"" << round1(left) << "\" y=\"" << top << "\" font-size=\"" << size
         << "\" fill=\"" << fill << "\" " << more << ">" << words << "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const char* stroke, const char* more = "") {
    svg_ << "<line x1=\"" << round1(x1) << "\" y1=\"" << y1 << "\" x2=\"" << round1(x2)
         << "\" y2=\"" << y2 << "\" stroke=\"" << stroke << "\" " << more << "/>\n";
  }

  void panel(int top, const char* title, const char* colour, const Record& record) {
    box(12, top, kWidth - 24, kPanelHeight, palette_.panel, 8);
    text(28, top + 30, 16, palette_.text, title,
         "font-weight=\"600\" font-family=\"ui-monospace, 'DejaVu Sans Mono', monospace\"");
    text(kWidth - 30, top + 30, 14, colour, verdict(record),
         "font-weight=\"600\" text-anchor=\"end\"");
    const int loop = top + 50;
    const int worker = loop + kLaneHeight + 14;
    const int beat = worker + kLaneHeight + 32;
    lane(loop, "loop thread");
    lane(worker, "worker thread");
    for (const Span& span : record.spans) {
      const bool blocks = span.name == "work" && !span.is_on_worker;
      draw_span(span, span.is_on_worker ? worker : loop,
                blocks              ? palette_.bad
                : span.is_on_worker ? palette_.worker
                                    : palette_.loop);
    }
    if (record.work().is_on_worker) hand_over(record, loop + kLaneHeight, worker);
    heartbeat(beat, record);
  }

  void lane(int top, const char* name) {
    text(28, top + 22, 14, palette_.quiet, name);
    line(kLeft, top + kLaneHeight, kWidth - kRight, top + kLaneHeight, palette_.line);
  }

  void draw_span(const Span& span, int top, const char* colour) {
    const double width = x(span.end_ms) - x(span.begin_ms);
    box(x(span.begin_ms), top, std::max(width, 2.0), kLaneHeight, colour, 4);
    if (span.name == "work") {
      char label[64];
      std::snprintf(label, sizeof label, "work()  %.0f ms", span.end_ms - span.begin_ms);
      text(x(span.begin_ms) + width / 2, top + 22, 14, "#ffffff", label,
           "text-anchor=\"middle\" font-weight=\"600\"");
      return;
    }
    // Too narrow for their names, which stand beside them.
    const bool is_before = span.name == "prepare";
    text(is_before ? x(span.begin_ms) - 6 : x(span.end_ms) + 6, top + 22, 13, palette_.text,
         span.name + "()", is_before ? "text-anchor=\"end\"" : "");
  }

  /// The way of the work to the worker and of its result back.
  void hand_over(const Record& record, int from, int to) {
    const char* dashed = "stroke-width=\"1.5\" stroke-dasharray=\"3 3\"";
    line(x(record.spans.front().end_ms), from, x(record.work().begin_ms), to, palette_.text,
         dashed);
    line(x(record.work().end_ms), to, x(record.spans.back().begin_ms), from, palette_.text, dashed);
  }

  /// A dot for each heartbeat, a ring where one was due and none came.
  void heartbeat(int y, const Record& record) {
    text(28, y + 5, 14, palette_.quiet, "heartbeat");
    line(kLeft, y, kWidth - kRight, y, palette_.line);
    for (double due = kBeatMs; due < record.beats_ms.back(); due += kBeatMs) {
      const bool came = std::any_of(record.beats_ms.begin(), record.beats_ms.end(), [&](double ms) {
        return ms > due - kBeatMs / 2 && ms < due + kBeatMs;
      });
      if (!came) {
        circle(due, y, "fill=\"none\" stroke-width=\"1.6\" stroke-dasharray=\"2 2\" stroke=\"",
               palette_.bad_words);
      }
    }
    for (double beat : record.beats_ms) circle(beat, y, "fill=\"", palette_.beat);
  }
  void circle(double ms, int y, const char* paint, const char* colour) {
    svg_ << "<circle cx=\"" << round1(x(ms)) << "\" cy=\"" << y << "\" r=\"5.5\" " << paint
         << colour << "\"/>\n";
  }

  void axis(int top) {
    for (int ms = 0; ms <= end_ms_; ms += 20) {
      line(x(ms), top, x(ms), top + 6, palette_.quiet);
      text(x(ms), top + 24, 12, palette_.quiet, std::to_string(ms), "text-anchor=\"middle\"");
    }
    text(28, top + 24, 12, palette_.quiet, "milliseconds");
  }

  static std::string verdict(const Record& record) {
    char words[96];
    if (record.n_beats_during_work() == 0) {
      std::snprintf(words, sizeof words, "the loop stands still for %.0f ms",
                    record.longest_gap_ms());
    } else {
      std::snprintf(words, sizeof words, "the loop goes on: %d heartbeats during the work",
                    record.n_beats_during_work());
    }
    return words;
  }
  static double round1(double value) { return std::round(value * 10) / 10; }

  const Palette& palette_;
  const double end_ms_;
  std::ostringstream svg_;
};

}  // namespace

std::string draw(const Record& blocking, const Record& offloaded, bool is_dark) {
  const double end_ms = std::max(blocking.beats_ms.back(), offloaded.beats_ms.back()) + kBeatMs;
  return Picture(is_dark ? kDark : kLight, end_ms).draw(blocking, offloaded);
}

}  // namespace timeline
