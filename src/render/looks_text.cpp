#include "render/looks_text.hpp"

#include <algorithm>
#include <vector>

#include "telltale/render/render.hpp"

#include "render/text.hpp"

namespace telltale::render {

namespace {

/// `look 12, 2026-11-22T12:00:00Z (10s ago): orca 10.0.0.7:8083, mode want, ok`.
std::string head_of(const gate::LookRecord& look, Now now) {
  const gate::Glance& glance = look.glance;
  const Duration age = std::max<Duration>(now.civil - glance.at, Duration::zero());
  std::string head = "look " + std::to_string(look.id) + ", " + to_rfc3339(glance.at) + " (" +
                     to_text(age) + " ago): " + to_one_line(look.target) + " " +
                     fleet::to_text(look.address) + ", mode ";
  head.append(name_of(glance.mode)).append(glance.succeeded ? ", ok" : ", failed");
  if (glance.reason) {
    head.append(" ").append(name_of(*glance.reason));
  }
  return head;
}

void append_looks(std::string& text, const gate::LookRecords& looks, std::string_view target,
                  Now now) {
  bool is_empty = true;
  for (auto look = looks.rbegin(); look != looks.rend(); ++look) {
    if (!target.empty() && (*look)->target != target) {
      continue;
    }
    text += "\n" + head_of(**look, now) + "\n";
    append_story(text, *(*look)->story);
    is_empty = false;
  }
  text += is_empty ? "\nnone\n" : "";
}

}  // namespace

void append_story(std::string& text, const assess::Story& story) {
  for (const assess::StoryLine& line : story) {
    text += "  " + to_one_line(line.subject) + ": " + to_one_line(line.outcome) + "\n";
  }
}

std::string looks_text(const gate::Snapshot& snapshot, std::string_view target, Now now) {
  const std::string whose = target.empty() ? std::string() : " at " + to_one_line(target);
  std::string text = "The newest looks" + whose + ", the newest first:\n";
  append_looks(text, *snapshot.looks, target, now);
  text += "\nThe newest looks" + whose + " that failed, the newest first:\n";
  append_looks(text, *snapshot.failed_looks, target, now);
  return text;
}

}  // namespace telltale::render
