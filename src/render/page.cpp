// The page at `/`.

#include "telltale/render/render.hpp"

#include "render/gate_text.hpp"
#include "render/page_parts.hpp"

namespace telltale::render {

std::string page(const gate::Snapshot& snapshot, Now now) {
  const std::vector<gate::Answer> answers = answers_of(snapshot, now);
  const Scene scene = scene_of(snapshot, answers, now, "");
  const gate::Rollout rollout = gate::rollout(snapshot, answers, now);

  const PageHead head{.heading = "telltale",
                      .title = "",
                      .status = gate::overall(answers),
                      .sections = those_there({{"gates", true},
                                               {"calls", !snapshot.edges.empty()},
                                               {"rollout", !rollout.services.empty()},
                                               {"targets", true},
                                               {"events", true},
                                               {"credentials", true},
                                               {"timing", true}})};
  return whole_page(scene, head, [&](Markup& html) {
    write_gates(html, scene);
    write_calls(html, scene);
    write_rollout(html, scene, rollout);
    write_targets(html, scene);
    write_events(html, scene, [](const gate::Event&) { return true; });
    write_credentials(html, scene);
    write_timing(html, snapshot);
  });
}

}  // namespace telltale::render
