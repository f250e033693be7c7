package io.j8s.nodeagent.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// `/logs/`: the machine's own log files below `/var/log`, listed and read.
final class SystemLogs {

    private static final String HTML = "text/html; charset=utf-8";
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Path root;

    SystemLogs(Path root) {
        this.root = root;
    }

    /// @param below what follows `/logs/`
    void handle(HttpExchange exchange, String below) throws IOException {
        if (!exchange.request().method().equals("GET")) {
            exchange.respond(405, TEXT, "Method not allowed\n");
            return;
        }
        var file = root.resolve(below).normalize();
        if (!file.startsWith(root) || !Files.exists(file)) {
            return; // 404
        }
        if (Files.isDirectory(file)) {
            exchange.respond(200, HTML, listing(file));
        } else if (Files.isRegularFile(file)) {
            try (var out = exchange.stream(200, TEXT)) {
                Files.copy(file, out);
            }
        }
    }

    private static String listing(Path directory) throws IOException {
        var page =
                new StringBuilder(
                        """
                        <!doctype html>
                        <meta name="viewport" content="width=device-width">
                        <pre>
                        """);
        try (var files = Files.list(directory)) {
            for (var file : files.sorted().toList()) {
                var name = file.getFileName() + (Files.isDirectory(file) ? "/" : "");
                var shown =
                        name.replace("&", "&amp;")
                                .replace("<", "&lt;")
                                .replace(">", "&gt;")
                                .replace("\"", "&#34;");
                page.append("<a href=\"%s\">%s</a>\n".formatted(shown, shown));
            }
        }
        return page.append("</pre>\n").toString();
    }
}
