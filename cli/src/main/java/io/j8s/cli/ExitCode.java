package io.j8s.cli;

/// What the process tells its caller.
enum ExitCode {
    STOPPED_AS_ASKED(0),
    FAILED(1),
    WRONG_USAGE(2);

    private final int value;

    ExitCode(int value) {
        this.value = value;
    }

    int value() {
        return value;
    }
}
