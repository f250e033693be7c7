package io.j8s.apiserver.proxy;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Changes the links of an HTML page and leaves everything else as it is (upstream:
/// `proxy.rewriteHTML`).
final class HtmlLinks {

    /// Attributes that hold a URL, by element.
    private static final Map<String, Set<String>> LINKS =
            Map.ofEntries(
                    Map.entry("a", Set.of("href")),
                    Map.entry("applet", Set.of("codebase")),
                    Map.entry("area", Set.of("href")),
                    Map.entry("audio", Set.of("src")),
                    Map.entry("base", Set.of("href")),
                    Map.entry("blockquote", Set.of("cite")),
                    Map.entry("body", Set.of("background")),
                    Map.entry("button", Set.of("formaction")),
                    Map.entry("command", Set.of("icon")),
                    Map.entry("del", Set.of("cite")),
                    Map.entry("embed", Set.of("src")),
                    Map.entry("form", Set.of("action")),
                    Map.entry("frame", Set.of("longdesc", "src")),
                    Map.entry("head", Set.of("profile")),
                    Map.entry("html", Set.of("manifest")),
                    Map.entry("iframe", Set.of("longdesc", "src")),
                    Map.entry("img", Set.of("longdesc", "src", "usemap")),
                    Map.entry("input", Set.of("src", "usemap", "formaction")),
                    Map.entry("ins", Set.of("cite")),
                    Map.entry("link", Set.of("href")),
                    Map.entry("object", Set.of("classid", "codebase", "data", "usemap")),
                    Map.entry("q", Set.of("cite")),
                    Map.entry("script", Set.of("src")),
                    Map.entry("source", Set.of("src")),
                    Map.entry("video", Set.of("poster", "src")));

    /// Elements whose content is text, whatever it looks like.
    private static final Set<String> RAW =
            Set.of(
                    "iframe",
                    "noembed",
                    "noframes",
                    "noscript",
                    "plaintext",
                    "script",
                    "style",
                    "textarea",
                    "title",
                    "xmp");

    private static final Pattern NAME = Pattern.compile("[A-Za-z][^\\s/>]*");
    private static final Pattern ATTRIBUTE =
            Pattern.compile(
                    "[\\s/]*([^\\s/>=]+)(?:\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s>]+)))?");

    private final String page;
    private final UnaryOperator<String> link;
    private final StringBuilder out;

    private HtmlLinks(String page, UnaryOperator<String> link) {
        this.page = page;
        this.link = link;
        this.out = new StringBuilder(page.length() + 256);
    }

    static String changed(String page, UnaryOperator<String> link) {
        return new HtmlLinks(page, link).run();
    }

    private String run() {
        int at = 0;
        while (at < page.length()) {
            int tag = page.indexOf('<', at);
            if (tag < 0) {
                break;
            }
            out.append(page, at, tag);
            at = page.startsWith("<!--", tag) ? copyTo(tag, "-->") : element(tag);
        }
        return out.append(page, Math.min(at, page.length()), page.length()).toString();
    }

    /// Copies up to and with the end; what has no end, to the page's.
    private int copyTo(int from, String end) {
        int found = page.indexOf(end, from + 1);
        int to = found < 0 ? page.length() : found + end.length();
        out.append(page, from, to);
        return to;
    }

    private int element(int tag) {
        Matcher name = NAME.matcher(page).region(tag + 1, page.length());
        if (!name.lookingAt()) {
            out.append('<');
            return tag + 1;
        }
        String element = name.group().toLowerCase(Locale.ROOT);
        out.append(page, tag, name.end());
        int end = attributes(name.end(), LINKS.getOrDefault(element, Set.of()));
        if (!RAW.contains(element)) {
            return end;
        }
        int close = indexOfIgnoringCase("</" + element, end);
        out.append(page, end, close);
        return close;
    }

    /// Copies attributes; stands at the tag's end afterwards.
    private int attributes(int from, Set<String> links) {
        Matcher attribute = ATTRIBUTE.matcher(page).region(from, page.length());
        int at = from;
        while (attribute.lookingAt()) {
            int group = attribute.start(2) >= 0 ? 2 : attribute.start(3) >= 0 ? 3 : 4;
            if (attribute.start(group) >= 0
                    && links.contains(attribute.group(1).toLowerCase(Locale.ROOT))) {
                out.append(page, at, attribute.start(group))
                        .append(link.apply(attribute.group(group)))
                        .append(page, attribute.end(group), attribute.end());
            } else {
                out.append(page, at, attribute.end());
            }
            at = attribute.end();
            attribute.region(at, page.length());
        }
        return at;
    }

    private int indexOfIgnoringCase(String text, int from) {
        for (int at = from; at + text.length() <= page.length(); at++) {
            if (page.regionMatches(true, at, text, 0, text.length())) {
                return at;
            }
        }
        return page.length();
    }
}
