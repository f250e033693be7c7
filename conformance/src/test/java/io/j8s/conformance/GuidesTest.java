package io.j8s.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the guides lead to is there.
class GuidesTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)#\\s]+)[^)]*\\)");
    private static final Pattern SOURCE = Pattern.compile("`([A-Z][A-Za-z]+\\.java)`");

    /// Stands for a name that the reader chooses.
    private static final Set<String> CHOSEN = Set.of("XCommand.java");

    @Test
    void linksLeadSomewhere() throws IOException {
        for (var guide : guides()) {
            var links = LINK.matcher(Files.readString(guide));
            while (links.find()) {
                var link = links.group(1);
                if (!link.startsWith("http")) {
                    assertThat(guide.resolveSibling(link)).as("link in %s", guide).exists();
                }
            }
        }
    }

    @Test
    void sourcesThatAreNamedExist() throws IOException {
        var sources = sources();
        for (var guide : guides()) {
            var names = SOURCE.matcher(Files.readString(guide));
            while (names.find()) {
                if (!CHOSEN.contains(names.group(1))) {
                    assertThat(sources).as("named in %s", guide).contains(names.group(1));
                }
            }
        }
    }

    private static List<Path> guides() throws IOException {
        var guides = new ArrayList<Path>();
        for (var directory : List.of(ROOT, ROOT.resolve("docs"), ROOT.resolve("docs/decisions"))) {
            try (var files = Files.newDirectoryStream(directory, "*.md")) {
                files.forEach(guides::add);
            }
        }
        assertThat(guides).hasSizeGreaterThan(20);
        return guides;
    }

    /// Of the modules' own trees only: others write into the build's products meanwhile.
    private static Set<String> sources() throws IOException {
        var sources = new HashSet<String>();
        try (var modules = Files.newDirectoryStream(ROOT)) {
            for (var module : modules) {
                var tree = module.resolve("src/main/java");
                if (Files.isDirectory(tree)) {
                    try (Stream<Path> files = Files.walk(tree)) {
                        files.forEach(file -> sources.add(file.getFileName().toString()));
                    }
                }
            }
        }
        return sources;
    }
}
