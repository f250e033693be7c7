package io.j8s.apiserver.zpages;

import io.j8s.apiserver.chain.Answers;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.MediaRange;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.YamlCodec;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import java.util.ArrayList;
import java.util.List;

/// A page that is text for people, and an object of `config.k8s.io` for who asks for that kind by
/// name (upstream: `server/statusz` and `server/flagz`).
abstract class ZPage implements Endpoint {

    private static final String GROUP = "config.k8s.io";
    private static final List<String> STRUCTURED = List.of("application/json", "application/yaml");
    private static final String DEPRECATED = "v1alpha1";
    private static final List<String> VERSIONS = List.of("v1beta1", DEPRECATED);

    private final String component;
    private final String name;
    private final String kind;

    /// @param component whose page it is, e.g. `kube-scheduler`
    /// @param name of the path
    ZPage(String component, String name, String kind) {
        this.component = component;
        this.name = name;
        this.kind = kind;
    }

    /// What stands below the heading.
    abstract String text();

    /// Fills in what stands beside kind and metadata.
    abstract void fill(TreeMap object);

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        String accept = String.join(",", exchange.headers("Accept"));
        if (accept.isBlank()) {
            exchange.answer(plain());
            return;
        }
        for (var range : MediaRange.parse(accept)) {
            boolean isKindless = range.parameter("as").isEmpty();
            for (String type : STRUCTURED) {
                if (!isKindless && names(range) && admits(range, type)) {
                    exchange.answer(structured(type, range.parameter("v")));
                    return;
                }
            }
            if (isKindless && range.admits("text", "plain")) {
                exchange.answer(plain());
                return;
            }
        }
        throw new ApiException(
                new ApiError.NotAcceptable(
                        "only the following media types are accepted: application/json,"
                                + " application/yaml, text/plain"));
    }

    private boolean names(MediaRange range) {
        return range.parameter("as").equals(kind)
                && range.parameter("g").equals(GROUP)
                && VERSIONS.contains(range.parameter("v"));
    }

    private static boolean admits(MediaRange range, String type) {
        int slash = type.indexOf('/');
        return range.admits(type.substring(0, slash), type.substring(slash + 1));
    }

    private Answer plain() {
        String heading =
                """

                %s %s
                Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.
                """
                        .formatted(component, name);
        return new Answer(200, Answer.TEXT, List.of(), Body.of(heading + text()));
    }

    private Answer structured(String type, String version) {
        var object = TreeMap.dynamic();
        object.put("kind", kind).put("apiVersion", GROUP + "/" + version);
        object.putValue("metadata", TreeMap.dynamic().put("name", component));
        fill(object);
        var headers = new ArrayList<Answer.Header>();
        if (version.equals(DEPRECATED)) {
            headers.addAll(
                    Answers.warningHeaders(
                            List.of(
                                    "This version of the "
                                            + name
                                            + " endpoint is deprecated. Please use a newer"
                                            + " version.")));
        }
        byte[] json = JsonCodec.writeValue(object);
        return new Answer(
                200,
                type,
                headers,
                type.endsWith("json") ? Body.of(json) : Body.of(YamlCodec.fromJson(json)));
    }
}
