package io.j8s.apiserver.resources.flowcontrol;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// The specs of the flow schemas and priority levels without which flow control does not work;
/// nobody may change them (upstream: `internalbootstrap`).
final class MandatorySpecs {

    private static final String EVERYTHING =
            """
            "resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],\
            "clusterScope":true,"namespaces":["*"]}],\
            "nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}]\
            """;

    static final Map<String, String> SCHEMAS =
            Map.of(
                    "exempt",
                    """
                    {"priorityLevelConfiguration":{"name":"exempt"},"matchingPrecedence":1,\
                    "rules":[{"subjects":[{"kind":"Group","group":{"name":"system:masters"}}],\
                    """
                            + EVERYTHING
                            + "}]}",
                    "catch-all",
                    """
                    {"priorityLevelConfiguration":{"name":"catch-all"},"matchingPrecedence":10000,\
                    "distinguisherMethod":{"type":"ByUser"},"rules":[{"subjects":[\
                    {"kind":"Group","group":{"name":"system:unauthenticated"}},\
                    {"kind":"Group","group":{"name":"system:authenticated"}}],\
                    """
                            + EVERYTHING
                            + "}]}");

    static final Map<String, String> LEVELS =
            Map.of(
                    "exempt",
                    """
                    {"type":"Exempt","exempt":{"nominalConcurrencyShares":0,"lendablePercent":0}}\
                    """,
                    "catch-all",
                    """
                    {"type":"Limited","limited":{"nominalConcurrencyShares":5,"lendablePercent":0,\
                    "limitResponse":{"type":"Reject"}}}\
                    """);

    private MandatorySpecs() {}

    /// @param spec whose type the answer has
    /// @return null when the name is not one of them
    static @Nullable Tree of(Map<String, String> specs, String name, Tree spec) {
        String json = specs.get(name);
        return json == null
                ? null
                : JsonCodec.read(json.getBytes(StandardCharsets.UTF_8), spec.type()).tree();
    }
}
