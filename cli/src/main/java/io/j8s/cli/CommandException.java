package io.j8s.cli;

import org.jspecify.annotations.Nullable;

/// A command failed. The message is the one line that the user reads: what failed, why, and what to
/// do next.
final class CommandException extends Exception {

    private final ExitCode exitCode;
    private final String line;

    CommandException(String message) {
        this(ExitCode.FAILED, message, null);
    }

    CommandException(String message, Throwable cause) {
        this(ExitCode.FAILED, message, cause);
    }

    private CommandException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.line = message;
    }

    /// The command line itself is wrong.
    static CommandException usage(String message) {
        return new CommandException(ExitCode.WRONG_USAGE, message, null);
    }

    ExitCode exitCode() {
        return exitCode;
    }

    /// What the user reads.
    String line() {
        return line;
    }
}
