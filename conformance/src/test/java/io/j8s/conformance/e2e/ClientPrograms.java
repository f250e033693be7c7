package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// The programs below `conformance/clients`, made ready once and kept beside the build products;
/// what they are made of comes from their languages' registries.
final class ClientPrograms {

    static final Duration MADE_MAX = Duration.ofMinutes(10); // a cold machine compiles client-go
    private static final Duration RUN_MAX = Duration.ofMinutes(3);
    private static final Lock GO = new ReentrantLock();

    private static boolean isGoBuilt; // guarded by GO

    private ClientPrograms() {}

    /// Runs the Go program; it is skipped where there is no Go that fetches its own toolchain.
    static Shell.Output go(String input, String... args) {
        assumeTrue(
                isThere("go")
                        && shell(RUN_MAX)
                                .run("go", "version")
                                .out()
                                .matches("(?s).*go1\\.(2[1-9]|[3-9]\\d).*"),
                "no Go 1.21 or newer");
        var command = new ArrayList<String>(List.of(goProgram().toString()));
        command.addAll(Arrays.asList(args));
        return shell(RUN_MAX).run(command, input);
    }

    /// Once for all suites: one must not write what another runs.
    private static Path goProgram() {
        GO.lock();
        try {
            var program = made("go").resolve("clients");
            if (!isGoBuilt) {
                shell(MADE_MAX)
                        .run(
                                "go",
                                "build",
                                "-C",
                                source("go").toString(),
                                "-o",
                                program.toString(),
                                ".")
                        .expectSuccess();
                isGoBuilt = true;
            }
            return program;
        } finally {
            GO.unlock();
        }
    }

    static Shell.Output python(String... args) {
        assumeTrue(isThere("python3"), "no Python");
        var wanted = source("python").resolve("requirements.txt");
        var library = made("python");
        onceFor(
                wanted,
                library,
                () -> {
                    assumeTrue(
                            shell(RUN_MAX).run("python3", "-m", "pip", "--version").exitCode() == 0,
                            "no pip");
                    shell(MADE_MAX)
                            .run(
                                    "python3",
                                    "-m",
                                    "pip",
                                    "install",
                                    "--quiet",
                                    "--disable-pip-version-check",
                                    "--no-compile", // Python does so with what is imported
                                    "--upgrade",
                                    "--target",
                                    library.toString(),
                                    "-r",
                                    wanted.toString())
                            .expectSuccess();
                });
        var command =
                new ArrayList<String>(
                        List.of("python3", source("python").resolve("objects.py").toString()));
        command.addAll(Arrays.asList(args));
        return new Shell(Map.of("PYTHONPATH", library.toString()), RUN_MAX).run(command, "");
    }

    static Shell.Output javaScript(String... args) {
        assumeTrue(isThere("node") && isThere("npm"), "no Node.js with npm");
        var library = made("javascript");
        for (var name : List.of("package.json", "package-lock.json", "objects.js")) {
            copy(source("javascript").resolve(name), library.resolve(name));
        }
        onceFor(
                library.resolve("package-lock.json"),
                library,
                () ->
                        shell(MADE_MAX)
                                .run(
                                        "npm",
                                        "ci",
                                        "--prefix",
                                        library.toString(),
                                        "--no-audit",
                                        "--no-fund",
                                        "--ignore-scripts")
                                .expectSuccess());
        var command =
                new ArrayList<String>(List.of("node", library.resolve("objects.js").toString()));
        command.addAll(Arrays.asList(args));
        return shell(RUN_MAX).run(command, "");
    }

    private static void onceFor(Path wanted, Path library, Runnable install) {
        try {
            var stamp = library.resolve(".made-for");
            var text = Files.readString(wanted);
            if (!Files.exists(stamp) || !Files.readString(stamp).equals(text)) {
                install.run();
                Files.writeString(stamp, text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path source(String language) {
        return Cluster.root().resolve("conformance/clients").resolve(language);
    }

    private static Path made(String language) {
        try {
            return Files.createDirectories(
                    Cluster.root().resolve("conformance/target/clients").resolve(language));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isThere(String program) {
        return Arrays.stream(System.getenv("PATH").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static Shell shell(Duration limit) {
        return new Shell(Map.of(), limit);
    }

    /// What a program said, line by line, if it succeeded.
    static List<String> lines(Shell.Output output) {
        assertThat(output.exitCode()).as(output.toString()).isZero();
        return output.out().lines().toList();
    }
}
