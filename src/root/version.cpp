#include "telltale/version.hpp"

#include "root/revision.hpp"

namespace telltale {

const std::string_view program_revision = TELLTALE_REVISION;

}  // namespace telltale
