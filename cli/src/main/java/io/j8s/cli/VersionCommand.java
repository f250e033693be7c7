package io.j8s.cli;

import io.j8s.machinery.version.KubernetesVersion;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.util.List;

/// `j8s version`.
final class VersionCommand implements Command {

    @Override
    public List<String> words() {
        return List.of("version");
    }

    @Override
    public String summary() {
        return "Prints the version of Kubernetes that is served.";
    }

    @Override
    public CommandSpec spec() {
        return Commands.spec(this);
    }

    @Override
    public void run(ParseResult given, Terminal terminal) {
        terminal.line(
                "j8s %s (Java %s)".formatted(KubernetesVersion.GIT_VERSION, Runtime.version()));
    }
}
