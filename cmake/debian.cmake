# SPDX-License-Identifier: Apache-2.0
# Makes the tree of a package one that Debian's policy accepts: compressed man pages, a copyright
# file that refers to the licences of the system, and a changelog. Run by cpack before it packs.
if(NOT CPACK_GENERATOR STREQUAL DEB)
    return()
endif()
set(root ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
file(GLOB manuals ${root}/man/man?/*.?)
set(zsh ${root}/zsh/site-functions/_tidemill)
set(documents ${root}/doc/tidemill)
file(MAKE_DIRECTORY ${root}/zsh/vendor-completions)
file(RENAME ${zsh} ${root}/zsh/vendor-completions/_tidemill)
file(REMOVE_RECURSE ${root}/zsh/site-functions ${documents}/LICENSE)
file(WRITE ${documents}/copyright
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
    "Upstream-Name: tidemill\n\nFiles: *\nCopyright: 2026 The tidemill developers\nLicense: Apache-2.0\n"
    " On Debian systems the text of the Apache License, version 2.0, is in\n"
    " /usr/share/common-licenses/Apache-2.0.\n")
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(RENAME ${documents}/CHANGELOG ${documents}/changelog)
file(WRITE ${documents}/changelog.Debian
    "tidemill (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n  * Built by cpack.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${now}\n")
execute_process(COMMAND gzip -9n ${manuals} ${documents}/changelog ${documents}/changelog.Debian
    COMMAND_ERROR_IS_FATAL ANY)
