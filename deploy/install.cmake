# Run by `cmake --install`, after the files that are the same under every prefix.
set(prefix "${CMAKE_INSTALL_PREFIX}")
set(bindir "${prefix}/bin")
set(docdir "${prefix}/share/doc/telltale")
set(sysconfdir "${prefix}/etc")
if(prefix STREQUAL "/usr")
  set(sysconfdir "/etc") # Filesystem Hierarchy Standard 3.0, section 3.7
endif()

set(made "${TELLTALE_MADE}")

function(put source directory name)
  configure_file("${source}" "${made}/${name}" @ONLY)
  file(INSTALL "${made}/${name}" DESTINATION "${directory}")
endfunction()

# An administrator's own file stays as it is.
function(put_once source directory name)
  if(NOT EXISTS "$ENV{DESTDIR}${directory}/${name}")
    put("${source}" "${directory}" "${name}")
  endif()
endfunction()

function(put_compressed source directory name)
  configure_file("${source}" "${made}/${name}" @ONLY)
  execute_process(COMMAND gzip -9nf "${made}/${name}" COMMAND_ERROR_IS_FATAL ANY)
  file(INSTALL "${made}/${name}.gz" DESTINATION "${directory}")
endfunction()

put("${TELLTALE_DEPLOY}/systemd/telltale.service.in" "${prefix}/lib/systemd/system"
  telltale.service)
put_once("${TELLTALE_DEPLOY}/systemd/telltale.default" "${sysconfdir}/default" telltale)
put_once("${TELLTALE_DEPLOY}/systemd/telltale.yml" "${sysconfdir}/telltale" telltale.yml)
file(MAKE_DIRECTORY "$ENV{DESTDIR}${sysconfdir}/telltale/tls")
put_compressed("${TELLTALE_DEPLOY}/man/telltale.1" "${prefix}/share/man/man1" telltale.1)
put_compressed("${TELLTALE_DEPLOY}/debian/changelog" "${docdir}" changelog)
put("${TELLTALE_DEPLOY}/debian/copyright" "${docdir}" copyright)
