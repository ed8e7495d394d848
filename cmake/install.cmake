# SPDX-License-Identifier: Apache-2.0
# What 'cmake --install' puts where, and the packages of cpack. Nothing installed knows its prefix.
set(share ${CMAKE_INSTALL_DATADIR}/tidemill)
install(DIRECTORY ${PROJECT_BINARY_DIR}/pages/man/ DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${PROJECT_BINARY_DIR}/pages/completion.bash RENAME tidemill
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_BINARY_DIR}/pages/completion.zsh RENAME _tidemill
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(PROGRAMS launch/hosts.sh launch/slurm.sbatch DESTINATION ${share}/launch)
install(FILES launch/launched.sh DESTINATION ${share}/launch)
install(PROGRAMS results/read_result.py results/read_result.R DESTINATION ${share}/results)
install(FILES results/schema.json results/compare.schema.json results/read_result.m
    DESTINATION ${share}/results)
install(FILES README.md CHANGELOG LICENSE CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES results/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/results)
install(FILES launch/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/launch)

# cpack -G DEB, and for the sources: cpack --config CPackSourceConfig.cmake
set(CPACK_PACKAGE_NAME tidemill)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "storage benchmark for clusters")
set(CPACK_PACKAGE_DESCRIPTION
    "Measures the storage performance of a whole cluster with MPI: fresh data for
each request, every byte checked when it is read, and one HDF5 file with what
was requested and what was done.")
set(CPACK_PACKAGE_VENDOR "The tidemill developers")
set(CPACK_PACKAGE_CONTACT "The tidemill developers <tidemill@localhost>" CACHE STRING
    "maintainer of the packages")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openmpi-bin, python3:any")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox, python3-h5py, python3-pandas")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "r-base-core, octave")
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian.cmake)
set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME tidemill-${PROJECT_VERSION})
set(CPACK_SOURCE_IGNORE_FILES "^${PROJECT_SOURCE_DIR}/build/" "/\\\\.git/"
    "^${PROJECT_SOURCE_DIR}/results/[^/]*\\\\.h5" "\\\\.tmp\\\\.[0-9]+$")
include(CPack)
