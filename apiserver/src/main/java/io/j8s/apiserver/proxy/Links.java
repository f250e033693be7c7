package io.j8s.apiserver.proxy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// Makes links of a backend lead through the proxy: absolute paths get the path in front that the
/// backend's root has here (upstream: `proxy.Transport`).
///
/// @param prefix e.g. `/api/v1/namespaces/default/pods/p/proxy`
/// @param backend the backend's host and port
/// @param host the host that the client named
record Links(String prefix, String backend, String host) {

    private static final Pattern URL =
            Pattern.compile("(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(.*)");

    /// The URL as the client has to write it; what leads elsewhere or is relative stays.
    String changed(String url) {
        var parts = URL.matcher(url);
        if (!parts.matches()) {
            return url;
        }
        String authority = parts.group(2) == null ? "" : parts.group(2);
        boolean isOther =
                !authority.isEmpty() && !authority.equals(backend) && !authority.equals(host);
        String path = parts.group(3);
        if (isOther || !path.startsWith("/")) {
            return url;
        }
        // upstream: a link that names the host which the client used keeps it
        String head =
                !authority.isEmpty() && authority.equals(host)
                        ? url.substring(0, parts.start(3))
                        : "";
        String changed = path.startsWith(prefix) ? path : prefix + clean(path);
        return head + changed + parts.group(4);
    }

    /// Upstream: Go's `path.Join`, with a final slash kept.
    private static String clean(String path) {
        var steps = new ArrayDeque<String>();
        for (String step : path.split("/", -1)) {
            if (step.equals("..")) {
                steps.pollLast();
            } else if (!step.isEmpty() && !step.equals(".")) {
                steps.addLast(step);
            }
        }
        String joined = "/" + String.join("/", steps);
        return path.endsWith("/") && !steps.isEmpty() ? joined + "/" : joined;
    }

    static boolean isPage(String contentType) {
        return contentType.split(";", 2)[0].strip().equals("text/html");
    }

    /// The page with its links changed, in the same encoding; an unknown encoding passes as it is.
    InputStream page(InputStream from, String encoding) throws IOException {
        var bytes = new ByteArrayOutputStream();
        switch (encoding.toLowerCase(Locale.ROOT)) {
            case "" -> bytes.write(page(from.readAllBytes()));
            case "gzip" -> {
                try (var in = new GZIPInputStream(from);
                        var out = new GZIPOutputStream(bytes)) {
                    out.write(page(in.readAllBytes()));
                }
            }
            case "deflate" -> {
                // upstream: raw deflate, as Go's flate
                try (var in = new InflaterInputStream(from, new Inflater(true));
                        var out =
                                new DeflaterOutputStream(
                                        bytes, new Deflater(Deflater.BEST_COMPRESSION, true))) {
                    out.write(page(in.readAllBytes()));
                }
            }
            default -> {
                return from;
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    private byte[] page(byte[] page) {
        // one character a byte: whatever the page's encoding, what is not changed stays
        return HtmlLinks.changed(new String(page, StandardCharsets.ISO_8859_1), this::changed)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
