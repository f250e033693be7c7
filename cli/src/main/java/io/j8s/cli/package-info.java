/// The `j8s` command: the only place that constructs the parts of a cluster and that writes to the
/// terminal. Every subcommand is one class; [Commands] lists them.
@NullMarked
package io.j8s.cli;

import org.jspecify.annotations.NullMarked;
