package io.j8s.apiserver.access.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Our policy beside the one that upstream's API server creates (`oracle-rules/bootstrap`).
final class BootstrapPolicyOracleTest {

    /// What upstream's API server does not create: kubeadm's additions and our own.
    private static final List<String> OWN =
            List.of(
                    "kubeadm:",
                    "j8s:",
                    "kube-proxy",
                    "system:controller:cluster-dns",
                    "system:controller:kubelet-serving-approver");

    private static final String MARK = "kubernetes.io/bootstrapping";

    private static List<JsonNode> upstream(String... kinds) throws IOException {
        try (var in =
                Objects.requireNonNull(
                        BootstrapPolicyOracleTest.class.getResourceAsStream(
                                "/io/j8s/apiserver/oracle/bootstrap.jsonl"))) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(JsonMapper.shared()::readTree)
                    .filter(node -> List.of(kinds).contains(node.get("kind").asString()))
                    .toList();
        }
    }

    private static String key(JsonNode object) {
        var metadata = object.get("metadata");
        return metadata.path("namespace").asString("") + "/" + metadata.get("name").asString();
    }

    private static List<String> texts(JsonNode node, String field) {
        var out = new ArrayList<String>();
        node.path(field).forEach(each -> out.add(each.asString()));
        return out;
    }

    @Test
    void rolesAreUpstreams() throws IOException {
        var theirs = new TreeMap<String, Object>();
        for (var role : upstream("ClusterRole", "Role")) {
            var rules = new ArrayList<PolicyRule>();
            role.path("rules")
                    .forEach(rule ->
                            rules.add(
                                    new PolicyRule(
                                            texts(rule, "verbs"),
                                            texts(rule, "apiGroups"),
                                            texts(rule, "resources"),
                                            texts(rule, "resourceNames"),
                                            texts(rule, "nonResourceURLs"))));
            var labels = new HashMap<String, String>();
            role.path("metadata")
                    .path("labels")
                    .properties()
                    .forEach(label -> labels.put(label.getKey(), label.getValue().asString()));
            labels.remove(MARK);
            var selectors = role.path("aggregationRule").path("clusterRoleSelectors");
            String aggregates =
                    selectors.isEmpty()
                            ? ""
                            : selectors
                                    .get(0)
                                    .get("matchLabels")
                                    .properties()
                                    .iterator()
                                    .next()
                                    .getKey();
            theirs.put(key(role), List.of(Map.copyOf(labels), aggregates, List.copyOf(rules)));
        }
        var ours = new TreeMap<String, Object>();
        for (var role : BootstrapPolicy.load().roles()) {
            if (OWN.stream().noneMatch(role.name()::startsWith)) {
                ours.put(
                        role.namespace() + "/" + role.name(),
                        List.of(role.labels(), role.aggregates(), role.rules()));
            }
        }
        assertThat(ours).containsExactlyEntriesOf(theirs);
    }

    @Test
    void bindingsAreUpstreams() throws IOException {
        var theirs = new TreeMap<String, Object>();
        for (var binding : upstream("ClusterRoleBinding", "RoleBinding")) {
            var subjects = new ArrayList<BootstrapPolicy.Subject>();
            binding.path("subjects")
                    .forEach(subject ->
                            subjects.add(
                                    new BootstrapPolicy.Subject(
                                            subject.get("kind").asString(),
                                            subject.path("namespace").asString(""),
                                            subject.get("name").asString())));
            theirs.put(
                    key(binding),
                    List.of(binding.get("roleRef").get("name").asString(), List.copyOf(subjects)));
        }
        var ours = new TreeMap<String, Object>();
        for (var binding : BootstrapPolicy.load().bindings()) {
            if (OWN.stream().noneMatch(binding.name()::startsWith)) {
                ours.put(
                        binding.namespace() + "/" + binding.name(),
                        List.of(binding.role(), binding.subjects()));
            }
        }
        assertThat(ours).containsExactlyEntriesOf(theirs);
    }
}
