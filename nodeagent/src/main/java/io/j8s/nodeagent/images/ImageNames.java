package io.j8s.nodeagent.images;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Image names as users write them. Pure.
final class ImageNames {

    private static final Pattern VALID =
            Pattern.compile(
                    "(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
                            + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
                            + "(?:@[A-Za-z0-9]+:[A-Fa-f0-9]{32,})?");

    private ImageNames() {}

    /// upstream: applyDefaultImageTag. A name without tag and digest means `latest`.
    static String withDefaultTag(String image) {
        int slash = image.lastIndexOf('/');
        boolean hasTag = image.indexOf(':', slash + 1) >= 0;
        return hasTag || image.contains("@") ? image : image + ":latest";
    }

    /// The registry and repository in full: `nginx:1` is `docker.io/library/nginx`.
    static String repository(String image) {
        var name = image;
        int at = name.indexOf('@');
        if (at >= 0) {
            name = name.substring(0, at);
        }
        int colon = name.lastIndexOf(':');
        if (colon > name.lastIndexOf('/')) {
            name = name.substring(0, colon);
        }
        int slash = name.indexOf('/');
        var host = slash < 0 ? "" : name.substring(0, slash);
        boolean isHost = host.contains(".") || host.contains(":") || host.equals("localhost");
        if (isHost) {
            return name;
        }
        return "docker.io/" + (slash < 0 ? "library/" + name : name);
    }

    /// What is wrong with a name, in the words of upstream's parser; empty when it is one.
    static Optional<String> problem(String image) {
        var remote = remote(image);
        if (!remote.equals(remote.toLowerCase(Locale.ROOT))) {
            return Optional.of(
                    "invalid reference format: repository name (%s) must be lowercase"
                            .formatted(remote));
        }
        return VALID.matcher(image).matches()
                ? Optional.empty()
                : Optional.of("invalid reference format");
    }

    /// The repository without its registry.
    private static String remote(String image) {
        int slash = image.indexOf('/');
        var first = slash < 0 ? "" : image.substring(0, slash);
        boolean isHost =
                first.contains(".")
                        || first.contains(":")
                        || first.equals("localhost")
                        || !first.equals(first.toLowerCase(Locale.ROOT));
        var rest = isHost ? image.substring(slash + 1) : image;
        int colon = rest.indexOf(':');
        var name = colon < 0 ? rest : rest.substring(0, colon);
        return isHost || slash >= 0 ? name : "library/" + name;
    }
}
