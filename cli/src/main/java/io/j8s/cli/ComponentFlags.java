package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.nio.file.Path;
import java.util.UUID;

/// The flags that single components share, named as upstream's.
final class ComponentFlags {

    static final Flag<String> KUBECONFIG =
            Flag.optional("--kubeconfig", "FILE", "Which API server, and who we are. Required.");
    static final Flag<Boolean> LEADER_ELECT =
            new Flag<>(
                    "--leader-elect",
                    "",
                    "Waits for a lease before it works, so that several may run. Default: true.",
                    Boolean.class,
                    java.util.Optional.of(true));
    static final Flag<String> LOG_LEVEL =
            Flag.text("--log-level", "LEVEL", "info", "error, warn, info, debug or trace.");

    private ComponentFlags() {}

    static Flag<String> leaseName(String fallback) {
        return Flag.text(
                "--leader-elect-resource-name", "NAME", fallback, "The lease in kube-system.");
    }

    static CommandSpec addTo(CommandSpec spec, String lease) {
        return spec.addOption(KUBECONFIG.spec())
                .addOption(LEADER_ELECT.spec())
                .addOption(leaseName(lease).spec())
                .addOption(LOG_LEVEL.spec());
    }

    static Path kubeconfig(ParseResult given) throws CommandException {
        var file = KUBECONFIG.path(given);
        if (file.isEmpty()) {
            throw CommandException.usage("--kubeconfig is missing: name the file to connect with");
        }
        return file.get();
    }

    /// `host_uuid`, as upstream names a candidate.
    static String identity() {
        return UpConfig.hostName() + "_" + UUID.randomUUID();
    }
}
