# Writes HEADER, when it changes: the commit that is built. REVISION if it is given, else what git
# says of SOURCE, else `unknown`, as from an unpacked archive.
cmake_minimum_required(VERSION 3.25)

if(REVISION STREQUAL "")
  execute_process(COMMAND git describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY "${SOURCE}" OUTPUT_VARIABLE REVISION ERROR_QUIET
    OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(REVISION STREQUAL "")
  set(REVISION "unknown")
endif()
file(CONFIGURE OUTPUT "${HEADER}" CONTENT "#pragma once
// Made by src/root/write_revision.cmake.
#define TELLTALE_REVISION \"${REVISION}\"
")
