# Writes embedded_assets.hpp: what lies in assets/, as string literals with a digest of each. At
# configure time, so that whatever reads the sources finds it; a change of an asset configures anew.
set(names page.css page.js icon.svg)
set(text_css "text/css; charset=utf-8")
set(text_js "text/javascript; charset=utf-8")
set(text_svg "image/svg+xml")

set(header "#pragma once
// Made by src/render/embed_assets.cmake from src/render/assets.

#include <array>

#include \"telltale/render/assets.hpp\"

namespace telltale::render {

inline constexpr std::array embedded_assets = {
")
foreach(name IN LISTS names)
  set(file "${CMAKE_CURRENT_SOURCE_DIR}/assets/${name}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" content)
  file(SHA256 "${file}" digest)
  string(SUBSTRING "${digest}" 0 32 digest)
  string(REGEX REPLACE ".*\\." "text_" type "${name}")
  string(APPEND header "    Asset{\"${name}\", \"${${type}}\",
R\"~asset~(${content})~asset~\",
          \"\\\"${digest}\\\"\"},
")
endforeach()
string(APPEND header "};

}  // namespace telltale::render
")

set(made "${PROJECT_BINARY_DIR}/generated/render/embedded_assets.hpp")
set(present "")
if(EXISTS "${made}")
  file(READ "${made}" present)
endif()
if(NOT "${present}" STREQUAL "${header}")
  file(WRITE "${made}" "${header}")
endif()
set_source_files_properties(assets.cpp TARGET_DIRECTORY telltale_core PROPERTIES
  INCLUDE_DIRECTORIES "${PROJECT_BINARY_DIR}/generated")
