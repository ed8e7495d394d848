#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# Reads a tidemill result with hdf5r (CRAN; Debian package r-cran-hdf5r). See README.md here.
#   source("read_result.R"); file <- hdf5r::H5File$new("result.h5", "r")
#   nodes <- read_table(file[["phases/01_write/nodes"]])
# As a program it prints the main tables: Rscript read_result.R result.h5

# 64-bit integers as numbers, which are exact up to 2^53; enumerations as factors.
plain <- function(values) {
  if (inherits(values, "integer64")) suppressWarnings(as.numeric(values))
  else if (is.factor(values) || inherits(values, "factor_ext")) factor(as.character(values))
  else values
}

# A table (a group of columns of equal length) as a data frame: read_table(file[["summary"]]), or
# read_table(file, "sweep"), which is empty if the result leaves the table out.
read_table <- function(group, name = NULL) {
  if (!is.null(name)) {
    if (!group$exists(name)) return(data.frame())
    group <- group[[name]]
  }
  columns <- list()
  for (name in names(group)) {
    column <- group[[name]]
    if (inherits(column, "H5D") && length(column$dims) == 1) {
      columns[[name]] <- plain(column$read())
    }
  }
  as.data.frame(columns, stringsAsFactors = FALSE)
}

# One row for each phase: the attributes of /phases/NN_name that are numbers or texts.
read_phases <- function(file) {
  rows <- lapply(names(file[["phases"]]), function(name) {
    attributes <- hdf5r::h5attributes(file[["phases"]][[name]])
    attributes <- lapply(attributes, function(value)
      if (inherits(value, "integer64")) plain(value) else as.character(value))
    c(list(name = name), attributes)
  })
  known <- unique(unlist(lapply(rows, names)))
  rows <- lapply(rows, function(row) {
    row[setdiff(known, names(row))] <- NA
    as.data.frame(row[known], stringsAsFactors = FALSE)
  })
  do.call(rbind, rows)
}

main <- function(path) {
  file <- hdf5r::H5File$new(path, "r")
  on.exit(file$close_all())
  show <- function(frame, wanted) {
    print(frame[, intersect(wanted, names(frame)), drop = FALSE], row.names = FALSE)
  }
  if (length(names(file[["phases"]])) > 0) {
    show(read_phases(file), c("name", "status", "bytes", "operations", "duration_ns",
                              "rate_whole_bytes_per_s", "rate_whole_operations_per_s"))
  }
  for (name in names(file[["phases"]])) {
    cat("\n", name, "\n", sep = "")
    show(read_table(file[["phases"]][[name]][["nodes"]]),
         c("name", "bytes", "operations", "requests", "latency_p50_ns", "latency_p99_ns", "sync_ns"))
  }
  for (name in intersect(c("sweep", "tune_results"), names(file))) {
    points <- read_table(file[[name]])
    if (nrow(points) > 0) {
      cat("\n", name, "\n", sep = "")
      show(points, c("phase", "settings", "n", "median_bytes_per_s", "latency_p99_ns", "probes",
                     "settled_bytes_per_s"))
    }
  }
}

if (sys.nframe() == 0) {
  arguments <- commandArgs(trailingOnly = TRUE)
  if (length(arguments) != 1) {
    cat("usage: Rscript read_result.R RESULT.h5\n", file = stderr())
    quit(status = 2)
  }
  main(arguments[1])
}
