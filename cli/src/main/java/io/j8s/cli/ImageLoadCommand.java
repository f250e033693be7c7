package io.j8s.cli;

import io.j8s.nodeagent.runtime.ImageArchive;
import io.j8s.nodeagent.runtime.NodePaths;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `j8s image load`: how images come to a node without a registry.
final class ImageLoadCommand implements Command {

    @Override
    public List<String> words() {
        return List.of("image", "load");
    }

    @Override
    public String summary() {
        return "Imports an OCI or docker archive into this node's container runtime.";
    }

    @Override
    public CommandSpec spec() {
        return Commands.spec(this)
                .addOption(SharedFlags.DATA_DIR.spec())
                .addPositional(
                        PositionalParamSpec.builder()
                                .paramLabel("FILE")
                                .arity("1..*")
                                .required(true)
                                .type(List.class)
                                .auxiliaryTypes(String.class)
                                .description(
                                        "Archives, as `docker save` writes them; gzipped ones too.")
                                .build());
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var path = SharedFlags.DATA_DIR.path(given).orElseGet(DataDirectory::standard);
        var directory = DataDirectory.existing(path);
        if (directory.isEmpty()) {
            throw new CommandException(
                    "there is no cluster in %s: start one with `j8s up`, or name its --data-dir"
                            .formatted(path));
        }
        var socket = socket(directory.get());
        if (!Files.exists(socket)) {
            throw new CommandException(
                    "no container runtime listens at %s: start it with `j8s up --data-dir %s`"
                            .formatted(socket, path));
        }
        if (!Files.isWritable(socket)) {
            throw new CommandException(
                    "may not talk to the container runtime at " + socket + ": use sudo");
        }
        List<String> files = given.matchedPositionalValue(0, List.of());
        for (var file : files) {
            load(socket, Path.of(file).toAbsolutePath(), terminal);
        }
    }

    private static Path socket(DataDirectory directory) throws IOException {
        var given = directory.runtimeEndpoint();
        return Files.exists(given)
                ? Path.of(Files.readString(given).strip())
                : NodePaths.of(directory.path()).socket();
    }

    private static void load(Path socket, Path archive, Terminal terminal)
            throws CommandException, InterruptedException {
        if (!Files.isReadable(archive)) {
            throw new CommandException("cannot read " + archive + ": check its name");
        }
        try {
            var names = ImageArchive.load(socket, archive);
            if (names.isEmpty()) {
                throw new CommandException(
                        archive
                                + " names no image: make it with `docker save NAME:TAG` or"
                                + " tools/mkimage.sh");
            }
            names.forEach(name -> terminal.line("loaded " + name));
        } catch (IOException e) {
            throw new CommandException(
                    "cannot load %s: %s; is it an image archive?"
                            .formatted(archive, e.getMessage()),
                    e);
        }
    }
}
