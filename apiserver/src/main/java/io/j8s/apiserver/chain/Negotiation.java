package io.j8s.apiserver.chain;

import io.j8s.apiserver.chain.Negotiated.Form;
import io.j8s.apiserver.request.Exchange;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Which form of body a request carries and which it wants back (upstream:
/// `endpoints/handlers/negotiation`).
public final class Negotiation {

    private static final int REMEMBERED_MAX = 512;
    private static final List<String> STREAMS =
            List.of(
                    Format.JSON.mediaType() + ";stream=watch",
                    Format.PROTOBUF.mediaType() + ";stream=watch");

    /// Clients repeat a handful of headers: parsed ones are kept. Full, it forgets everything.
    private static final Map<String, List<MediaRange>> parsed = new ConcurrentHashMap<>();

    private Negotiation() {}

    /// The form for resource answers.
    ///
    /// @param forms whether Table and PartialObjectMetadata can be had here
    public static Negotiated of(Exchange exchange, boolean forms) {
        return of(exchange, forms, List.of(Format.values()));
    }

    public static Negotiated of(Exchange exchange, boolean forms, List<Format> formats) {
        return of(exchange, forms, formats, List.of());
    }

    /// For answers that may be streams.
    public static Negotiated ofList(Exchange exchange) {
        return of(exchange, true, List.of(Format.values()), STREAMS);
    }

    /// @param streams what upstream's router names besides the formats
    private static Negotiated of(
            Exchange exchange, boolean forms, List<Format> formats, List<String> streams) {
        String accept = accept(exchange);
        if (accept.isEmpty()) {
            return new Negotiated(formats.getFirst(), Form.OBJECT, "", isPretty(exchange, ""));
        }
        route(ranges(accept), formats, streams);
        for (var range : ranges(accept)) {
            var found = negotiate(exchange, range, forms, formats);
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new ApiException(
                new ApiError.NotAcceptable(
                        "only the following media types are accepted: " + names(formats)));
    }

    private static String accept(Exchange exchange) {
        return String.join(",", exchange.headers("Accept"));
    }

    /// Refuses what upstream's router refuses before anybody negotiates: it knows media types and
    /// `*/*`, but no other pattern.
    public static void requireRoute(Exchange exchange, List<Format> formats) {
        String accept = accept(exchange);
        if (!accept.isEmpty()) {
            route(ranges(accept), formats, List.of());
        }
    }

    private static void route(List<MediaRange> ranges, List<Format> formats, List<String> streams) {
        for (var range : ranges) {
            if (range.isAnything() || formats.stream().anyMatch(range::names)) {
                return;
            }
        }
        var available = new ArrayList<>(formats.stream().map(Format::mediaType).toList());
        available.addAll(streams);
        throw new ApiException(new ApiError.NotProduced(available));
    }

    /// For answers about errors: any format that fits, JSON when none does.
    public static Negotiated forErrors(Exchange exchange) {
        try {
            var found = of(exchange, true);
            return new Negotiated(found.format(), Form.OBJECT, "", found.pretty());
        } catch (ApiException _) {
            return Negotiated.JSON;
        }
    }

    /// The form of the request's body; no `Content-Type` means JSON.
    public static Format ofBody(Exchange exchange, List<Format> formats) {
        String header = exchange.header("Content-Type");
        if (header == null || header.isEmpty()) {
            return Format.JSON;
        }
        if (header.indexOf(',') >= 0) {
            throw unsupported(formats); // one body has one type
        }
        var ranges = ranges(header);
        return ranges.isEmpty()
                ? Format.JSON
                : formats.stream()
                        .filter(f -> f.type().equals(ranges.getFirst().type()))
                        .filter(f -> f.subtype().equals(ranges.getFirst().subtype()))
                        .findFirst()
                        .orElseThrow(() -> unsupported(formats));
    }

    private static ApiException unsupported(List<Format> formats) {
        return new ApiException(
                new ApiError.UnsupportedMediaType(
                        "the body of the request was in an unknown format - accepted media types"
                                + " include: "
                                + names(formats)));
    }

    private static String names(List<Format> formats) {
        return formats.stream().map(Format::mediaType).collect(Collectors.joining(", "));
    }

    private static List<MediaRange> ranges(String header) {
        var known = parsed.get(header);
        if (known != null) {
            return known;
        }
        if (parsed.size() >= REMEMBERED_MAX) {
            parsed.clear();
        }
        var ranges = MediaRange.parse(header);
        parsed.put(header, ranges);
        return ranges;
    }

    private static Optional<Negotiated> negotiate(
            Exchange exchange, MediaRange range, boolean forms, List<Format> formats) {
        for (var format : formats) {
            if (!range.admits(format.type(), format.subtype())) {
                continue;
            }
            var form = form(range);
            if (form.isEmpty()
                    || (form.get() != Form.OBJECT && !forms)
                    // upstream: a Table has no protobuf
                    || (form.get() == Form.TABLE && format == Format.PROTOBUF)) {
                continue;
            }
            return Optional.of(
                    new Negotiated(
                            format,
                            form.get(),
                            form.get() == Form.OBJECT ? "" : range.parameter("v"),
                            format == Format.JSON && isPretty(exchange, range.parameter("pretty")),
                            range.parameter("as").equals("PartialObjectMetadataList")));
        }
        return Optional.empty();
    }

    /// Empty for a form that nobody can make.
    private static Optional<Form> form(MediaRange range) {
        String kind = range.parameter("as");
        if (kind.isEmpty()) {
            return Optional.of(Form.OBJECT);
        }
        String version = range.parameter("v");
        if (!range.parameter("g").equals("meta.k8s.io")
                || !(version.equals("v1") || version.equals("v1beta1"))) {
            return Optional.empty();
        }
        return switch (kind) {
            case "Table" -> Optional.of(Form.TABLE);
            case "PartialObjectMetadata", "PartialObjectMetadataList" -> Optional.of(Form.PARTIAL);
            default -> Optional.empty();
        };
    }

    /// Upstream indents for what people look at: when asked to, and for curl, wget and browsers.
    private static boolean isPretty(Exchange exchange, String parameter) {
        String asked = parameter.equals("1") ? "true" : exchange.query().first("pretty");
        if (!asked.isEmpty()) {
            return List.of("1", "t", "true").contains(asked.toLowerCase(Locale.ROOT));
        }
        String agent = exchange.header("User-Agent");
        return agent != null
                && Arrays.asList("curl", "Wget", "Mozilla/5.0").stream()
                        .anyMatch(agent::startsWith);
    }
}
