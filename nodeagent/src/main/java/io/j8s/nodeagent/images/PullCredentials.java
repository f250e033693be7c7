package io.j8s.nodeagent.images;

import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.j8s.cri.v1.AuthConfig;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.api.ClusterApi;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The credentials for an image out of a pod's pull secrets, the most specific registry first.
final class PullCredentials {

    private PullCredentials() {}

    /// One way to pull, and the secret that it came from.
    ///
    /// @param hash of what is shown to the registry
    record Credential(AuthConfig auth, String uid, String namespace, String name, String hash) {}

    /// The pull secrets that a pod names and nobody has made.
    static List<String> missing(ClusterApi api, Pod pod) {
        return pod.getSpec().getImagePullSecrets().stream()
                .map(LocalObjectReference::getName)
                .filter(name -> api.secret(key(pod, name)).isEmpty())
                .toList();
    }

    static List<Credential> of(ClusterApi api, Pod pod, String image) {
        var secrets = new ArrayList<Secret>();
        for (var ref : pod.getSpec().getImagePullSecrets()) {
            // upstream: a missing one is told by event, and the pull is tried without it
            api.secret(key(pod, ref.getName())).ifPresent(secrets::add);
        }
        return matching(secrets, ImageNames.repository(image));
    }

    private static ObjectKey key(Pod pod, String secret) {
        return new ObjectKey(pod.getMetadata().getNamespace(), secret);
    }

    /// Pure.
    static List<Credential> matching(List<Secret> secrets, String repository) {
        var byRegistry = new LinkedHashMap<String, Credential>();
        for (var secret : secrets) {
            entries(secret)
                    .forEach((registry, auth) ->
                            byRegistry.putIfAbsent(registry, credential(secret, auth)));
        }
        return byRegistry.entrySet().stream()
                .filter(entry -> matches(entry.getKey(), repository))
                .sorted(
                        Comparator.comparingInt((Map.Entry<String, Credential> entry) ->
                                        entry.getKey().length())
                                .reversed())
                .map(Map.Entry::getValue)
                .toList();
    }

    private static Credential credential(Secret secret, AuthConfig auth) {
        var meta = secret.getMetadata();
        return new Credential(
                auth,
                meta == null || meta.getUid() == null ? "" : meta.getUid(),
                meta == null || meta.getNamespace() == null ? "" : meta.getNamespace(),
                meta == null || meta.getName() == null ? "" : meta.getName(),
                PullRecords.hash(auth.toByteArray()));
    }

    private static Map<String, AuthConfig> entries(Secret secret) {
        var found = new LinkedHashMap<String, AuthConfig>();
        var data = secret.getData();
        if (data == null) {
            return found;
        }
        var config = data.get(".dockerconfigjson");
        var old = data.get(".dockercfg");
        try {
            if (config != null) {
                add(
                        JsonMapper.shared()
                                .readTree(Base64.getDecoder().decode(config))
                                .path("auths"),
                        found);
            } else if (old != null) {
                add(JsonMapper.shared().readTree(Base64.getDecoder().decode(old)), found);
            }
        } catch (JacksonException | IllegalArgumentException e) {
            return found; // a broken secret is as none
        }
        return found;
    }

    private static void add(JsonNode auths, Map<String, AuthConfig> found) {
        for (var entry : auths.properties()) {
            var user = entry.getValue().path("username").asString("");
            var password = entry.getValue().path("password").asString("");
            var auth = entry.getValue().path("auth").asString("");
            if (user.isEmpty() && !auth.isEmpty()) {
                var text = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
                int colon = text.indexOf(':');
                user = colon < 0 ? text : text.substring(0, colon);
                password = colon < 0 ? "" : text.substring(colon + 1);
            }
            found.put(
                    registry(entry.getKey()),
                    AuthConfig.newBuilder().setUsername(user).setPassword(password).build());
        }
    }

    private static String registry(String key) {
        var name = key.replaceFirst("^https?://", "").replaceFirst("/v[12]/?$", "");
        name = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        return name.equals("index.docker.io") ? "docker.io" : name;
    }

    /// A registry may be given with wildcards for parts of its name and with a path.
    private static boolean matches(String registry, String repository) {
        var wanted = registry.split("/", 2);
        var actual = repository.split("/", 2);
        var wantedHost = wanted[0].split("\\.", -1);
        var actualHost = actual[0].split("\\.", -1);
        if (wantedHost.length != actualHost.length) {
            return false;
        }
        for (int i = 0; i < wantedHost.length; i++) {
            var pattern = wantedHost[i].replace("*", "\\E.*\\Q");
            if (!actualHost[i].matches("\\Q" + pattern + "\\E")) {
                return false;
            }
        }
        return wanted.length == 1 || (actual.length == 2 && actual[1].startsWith(wanted[1]));
    }
}
