package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.Answer;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.version.KubernetesVersion;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Documents that are small and the same for everyone: `/version` and the list of paths at `/`.
public final class Fixed {

    private Fixed() {}

    /// Upstream's `version.Info`, indented as its `WriteRawJSON` does.
    public static Endpoint version() {
        String minor = KubernetesVersion.MINOR;
        String text =
                """
                {
                  "major": "%s",
                  "minor": "%s",
                  "emulationMajor": "%s",
                  "emulationMinor": "%s",
                  "minCompatibilityMajor": "%s",
                  "minCompatibilityMinor": "%s",
                  "gitVersion": "%s",
                  "gitCommit": "%s",
                  "gitTreeState": "%s",
                  "buildDate": "%s",
                  "goVersion": "%s",
                  "compiler": "%s",
                  "platform": "%s"
                }\
                """
                        .formatted(
                                KubernetesVersion.MAJOR,
                                minor,
                                KubernetesVersion.MAJOR,
                                minor,
                                KubernetesVersion.MAJOR,
                                Integer.parseInt(minor) - 1,
                                KubernetesVersion.GIT_VERSION,
                                KubernetesVersion.GIT_COMMIT,
                                KubernetesVersion.GIT_TREE_STATE,
                                KubernetesVersion.BUILD_DATE,
                                KubernetesVersion.GO_VERSION,
                                KubernetesVersion.COMPILER,
                                KubernetesVersion.platform());
        return (exchange, _) -> {
            if (!exchange.method().equals("GET")) {
                throw new ApiException(new ApiError.MethodNotAllowed());
            }
            Negotiation.requireRoute(exchange, List.of(Format.JSON));
            exchange.answer(json(text));
        };
    }

    public static Endpoint paths(Supplier<List<String>> paths) {
        return (exchange, _) ->
                exchange.answer(
                        json(
                                paths.get().stream()
                                        .map(path -> "    \"" + path + "\"")
                                        .collect(
                                                Collectors.joining(
                                                        ",\n",
                                                        "{\n  \"paths\": [\n",
                                                        "\n  ]\n}"))));
    }

    private static Answer json(String text) {
        return Answer.of(200, Answer.JSON, text.getBytes(StandardCharsets.UTF_8));
    }
}
