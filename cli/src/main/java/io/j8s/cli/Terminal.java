package io.j8s.cli;

import java.io.PrintStream;

/// Where a command talks to people: results on `out`, failures on `err`. Never any escape codes, so
/// that a pipe and a terminal read the same.
record Terminal(PrintStream out, PrintStream err) {

    static Terminal ofProcess() {
        return new Terminal(System.out, System.err);
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    void failure(String text) {
        err.println("j8s: " + text);
        err.flush();
    }
}
