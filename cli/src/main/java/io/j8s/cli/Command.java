package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.util.List;

/// One subcommand. Specifications are built by calls and not by annotations, and only for the
/// subcommand that was asked for: reflection over all of them would cost more than some commands
/// take.
interface Command {

    /// The words that select it after `j8s`, e.g. `image`, `load`.
    List<String> words();

    /// The words as typed.
    default String name() {
        return String.join(" ", words());
    }

    /// One line for the list of commands.
    String summary();

    /// Its flags and parameters.
    CommandSpec spec();

    /// Does the work and returns when it is done or when the process was asked to stop.
    ///
    /// @throws CommandException when it failed for a reason that the user can act on
    void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException;
}
