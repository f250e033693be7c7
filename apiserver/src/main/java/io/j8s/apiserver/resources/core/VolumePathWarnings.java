package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.List;

/// Files of one volume that hide each other (upstream: `warningsForOverlappingVirtualPaths`). Pure.
final class VolumePathWarnings {

    /// @param source empty where the volume has but one
    private record File(String path, String source) {

        private String shown() {
            return FieldErrors.quote(path) + (source.isEmpty() ? "" : " (" + source + ")");
        }

        private boolean overlaps(File other) {
            return !path.isEmpty()
                    && !other.path.isEmpty()
                    && ((path + "/").startsWith(other.path + "/")
                            || (other.path + "/").startsWith(path + "/"));
        }
    }

    private VolumePathWarnings() {}

    static List<String> of(List<Tree> volumes) {
        var out = new ArrayList<String>();
        for (Tree volume : volumes) {
            String name = FieldErrors.quote(volume.string("name", ""));
            one(out, name, volume, "configMap", named("ConfigMap", volume, "configMap.name"));
            one(out, name, volume, "secret", named("Secret", volume, "secret.secretName"));
            one(out, name, volume, "downwardAPI", "DownwardAPI");
            projected(out, name, volume);
        }
        return out;
    }

    private static String named(String kind, Tree holder, String field) {
        return kind + " " + FieldErrors.quote(holder.string(field, ""));
    }

    private static void one(
            List<String> out, String name, Tree volume, String source, String called) {
        var seen = new ArrayList<File>();
        for (File file : items(volume, source, "")) {
            collide(out, "volume " + name + " (" + called + ")", seen, file);
        }
    }

    private static List<File> items(Tree holder, String source, String called) {
        return holder.trees(source + ".items").stream()
                .map(item -> file(item.string("path", ""), called))
                .toList();
    }

    private static File file(String path, String source) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return new File(path.substring(0, end), source);
    }

    private static void collide(List<String> out, String where, List<File> seen, File file) {
        for (File other : seen) {
            if (file.overlaps(other)) {
                out.add(where + ": overlapping paths: " + file.shown() + " with " + other.shown());
            }
        }
        seen.add(file);
    }

    private static void projected(List<String> out, String name, Tree volume) {
        var seen = new ArrayList<File>();
        for (Tree source : volume.trees("projected.sources")) {
            if (source.isEmpty()) {
                out.add("volume " + name + " (Projected) has no sources provided");
                continue;
            }
            for (File file : files(source)) {
                collide(out, "volume " + name + " (Projected)", seen, file);
            }
        }
    }

    private static List<File> files(Tree source) {
        if (source.has("configMap.items")) {
            return items(source, "configMap", named("ConfigMap", source, "configMap.name"));
        }
        if (source.has("secret.items")) {
            return items(source, "secret", named("Secret", source, "secret.name"));
        }
        if (source.has("downwardAPI.items")) {
            return items(source, "downwardAPI", "DownwardAPI");
        }
        if (source.has("serviceAccountToken")) {
            return List.of(
                    file(source.string("serviceAccountToken.path", ""), "ServiceAccountToken"));
        }
        if (source.has("clusterTrustBundle")) {
            String field = source.has("clusterTrustBundle.name") ? "name" : "signerName";
            return List.of(
                    file(
                            source.string("clusterTrustBundle.path", ""),
                            named("ClusterTrustBundle", source, "clusterTrustBundle." + field)));
        }
        var out = new ArrayList<File>();
        certificate(out, source, "certificateChainPath", "chain");
        certificate(out, source, "keyPath", "key");
        certificate(out, source, "credentialBundlePath", "credential bundle");
        return out;
    }

    private static void certificate(List<File> out, Tree source, String field, String part) {
        String path = source.string("podCertificate." + field, "");
        if (!path.isEmpty()) {
            out.add(file(path, "PodCertificate " + part));
        }
    }
}
