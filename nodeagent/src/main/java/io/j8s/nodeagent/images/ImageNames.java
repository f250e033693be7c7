package io.j8s.nodeagent.images;

/// Image names as users write them. Pure.
final class ImageNames {

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

    /// Whether the text can be an image name at all.
    static boolean isValid(String image) {
        return image.matches(
                "(?:[A-Za-z0-9.-]+(?::[0-9]+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*"
                        + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
                        + "(?:@[A-Za-z0-9]+:[A-Fa-f0-9]{32,})?");
    }
}
