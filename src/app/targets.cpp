// `telltale targets`: what would be looked at, and where each line came from. No network.

#include "telltale/render/targets.hpp"

#include <iostream>

#include "telltale/app/commands.hpp"
#include "telltale/app/plan.hpp"
#include "telltale/render/inspection.hpp"

#include "app/terminal.hpp"

namespace telltale::app {

int run_targets(const Options& options) {
  const Result<fleet::Fleet> fleet = load_fleet(options.config_file);
  if (!fleet) {
    std::cerr << render::complaint_text(fleet.error().detail());
    return 2;
  }
  std::cout << (options.output == Output::json ? render::targets_json(*fleet)
                                               : render::targets_text(*fleet, wants_color()))
            << std::flush;
  return 0;
}

}  // namespace telltale::app
