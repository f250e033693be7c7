package io.j8s.apiserver.resources.core;

import java.util.Locale;
import java.util.regex.Pattern;

/// Reads the tag of an image's name as registries' clients do (upstream: `parsers.ParseImageName`
/// over the grammar of distribution's `reference`). Pure.
final class ImageReference {

    private static final String HOST_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final Pattern DOMAIN =
            Pattern.compile(
                    "(?:"
                            + HOST_PART
                            + "(?:\\."
                            + HOST_PART
                            + ")*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?");
    private static final String PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern PATH = Pattern.compile(PATH_PART + "(?:/" + PATH_PART + ")*");
    private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");
    private static final Pattern DIGEST =
            Pattern.compile("[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");
    private static final int NAME_MAX = 255;

    private ImageReference() {}

    /// @return `latest` where neither tag nor digest is named; empty when there is only a digest or
    ///   the name is none
    static String tag(String image) {
        int at = image.indexOf('@');
        String digest = at < 0 ? "" : image.substring(at + 1);
        String rest = at < 0 ? image : image.substring(0, at);
        int colon = rest.lastIndexOf(':');
        boolean tagged = colon > rest.lastIndexOf('/');
        String name = tagged ? rest.substring(0, colon) : rest;
        String tag = tagged ? rest.substring(colon + 1) : "";
        boolean good =
                isName(name)
                        && (!tagged || TAG.matcher(tag).matches())
                        && (at < 0 || DIGEST.matcher(digest).matches());
        if (!good) {
            return "";
        }
        return tagged || at >= 0 ? tag : "latest";
    }

    /// The first part is a host when it looks like one.
    private static boolean isName(String name) {
        if (name.length() > NAME_MAX || IDENTIFIER.matcher(name).matches()) {
            return false;
        }
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean isHost =
                first.contains(".")
                        || first.contains(":")
                        || first.equals("localhost")
                        || !first.toLowerCase(Locale.ROOT).equals(first);
        if (!isHost) {
            return PATH.matcher(name).matches();
        }
        return DOMAIN.matcher(first).matches() && PATH.matcher(name.substring(slash + 1)).matches();
    }
}
