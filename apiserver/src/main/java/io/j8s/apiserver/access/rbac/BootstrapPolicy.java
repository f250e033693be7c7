package io.j8s.apiserver.access.rbac;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The roles and bindings that every cluster starts with, read from `rbac-policy.txt`, whose head
/// says how its lines are read.
///
/// @param roles namespaced and cluster roles
/// @param bindings namespaced and cluster role bindings
public record BootstrapPolicy(List<Role> roles, List<Binding> bindings) {

    private static final String FILE = "/io/j8s/apiserver/access/rbac-policy.txt";
    private static final String CONTROLLER = "system:controller:";
    private static final String AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";
    private static final String INDENT = "  ";
    private static final List<String> READ = List.of("get", "list", "watch");
    private static final List<String> WRITE =
            List.of("create", "update", "patch", "delete", "deletecollection");
    private static final PolicyRule EVENTS =
            new PolicyRule(
                    List.of("create", "patch", "update"),
                    List.of("", "events.k8s.io"),
                    List.of("events"),
                    List.of(),
                    List.of());

    public BootstrapPolicy {
        roles = List.copyOf(roles);
        bindings = List.copyOf(bindings);
    }

    /// @param namespace empty for a cluster role
    /// @param labels besides the one that marks bootstrap policy
    /// @param aggregates the label whose roles are joined into this one; empty for none
    public record Role(
            String namespace,
            String name,
            Map<String, String> labels,
            String aggregates,
            List<PolicyRule> rules) {
        public Role {
            labels = Map.copyOf(labels);
            rules = List.copyOf(rules);
        }
    }

    /// @param namespace empty for a cluster role binding
    /// @param role name of a role in the same namespace, or of a cluster role
    public record Binding(String namespace, String name, String role, List<Subject> subjects) {
        public Binding {
            subjects = List.copyOf(subjects);
        }
    }

    /// @param kind `User`, `Group` or `ServiceAccount`
    /// @param namespace of a service account; else empty
    public record Subject(String kind, String namespace, String name) {}

    /// The packed table.
    public static BootstrapPolicy load() {
        try (var in = BootstrapPolicy.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + FILE);
            }
            var lines =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines();
            return parse(lines.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static BootstrapPolicy parse(List<String> lines) {
        var roles = new ArrayList<Role>();
        var bindings = new ArrayList<Binding>();
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            var words = words(line);
            switch (words.getFirst()) {
                case "clusterrole" -> roles.add(clusterRole(words, rules(lines, i)));
                case "controller" -> {
                    var name = CONTROLLER + words.get(1);
                    roles.add(new Role("", name, Map.of(), "", rules(lines, i)));
                    bindings.add(
                            new Binding(
                                    "",
                                    name,
                                    name,
                                    List.of(
                                            new Subject(
                                                    "ServiceAccount",
                                                    "kube-system",
                                                    words.get(1)))));
                }
                case "role" -> {
                    var key = words.get(1).split("/", 2);
                    roles.add(new Role(key[0], key[1], Map.of(), "", rules(lines, i)));
                }
                case "binding" -> bindings.add(binding(words));
                case "rolebinding" -> {
                    var key = words.get(1).split("/", 2);
                    bindings.add(
                            new Binding(
                                    key[0],
                                    key[1],
                                    words.get(2),
                                    subjects(words.subList(3, words.size()))));
                }
                default -> {
                    if (!line.startsWith(INDENT)) {
                        throw new IllegalStateException("unknown policy line: " + line);
                    }
                }
            }
        }
        return new BootstrapPolicy(roles, bindings);
    }

    /// The indented lines that follow a role's own.
    private static List<PolicyRule> rules(List<String> lines, int role) {
        var rules = new ArrayList<PolicyRule>();
        for (int i = role + 1; i < lines.size() && lines.get(i).startsWith(INDENT); i++) {
            rules.add(rule(lines.get(i).strip()));
        }
        return rules;
    }

    private static Role clusterRole(List<String> words, List<PolicyRule> rules) {
        var labels = new LinkedHashMap<String, String>();
        var aggregates = "";
        for (var word : words.subList(2, words.size())) {
            if (word.startsWith("to=")) {
                labels.put(AGGREGATE + word.substring(3), "true");
            } else {
                aggregates = AGGREGATE + word.substring("from=".length());
            }
        }
        return new Role("", words.get(1), labels, aggregates, rules);
    }

    private static Binding binding(List<String> words) {
        var names = words.get(1).split("=", 2);
        return new Binding(
                "",
                names[0],
                names.length == 2 ? names[1] : names[0],
                subjects(words.subList(2, words.size())));
    }

    private static List<Subject> subjects(List<String> words) {
        var out = new ArrayList<Subject>();
        for (var word : words) {
            var parts = word.split(":", 2);
            switch (parts[0]) {
                case "group" -> out.add(new Subject("Group", "", parts[1]));
                case "user" -> out.add(new Subject("User", "", parts[1]));
                case "sa" -> {
                    var key = parts[1].split("/", 2);
                    out.add(new Subject("ServiceAccount", key[0], key[1]));
                }
                default -> throw new IllegalStateException("unknown subject: " + word);
            }
        }
        return out;
    }

    private static PolicyRule rule(String line) {
        if (line.equals("events")) {
            return EVENTS;
        }
        int url = line.indexOf(" url ");
        if (url >= 0) {
            return new PolicyRule(
                    verbs(line.substring(0, url)),
                    List.of(),
                    List.of(),
                    List.of(),
                    sorted(words(line.substring(url + 5))));
        }
        var parts = line.split(";", -1);
        var groups = new ArrayList<String>();
        for (var group : words(parts[1])) {
            groups.add(group.equals("core") ? "" : group);
        }
        return new PolicyRule(
                verbs(parts[0]),
                sorted(groups),
                sorted(words(parts[2])),
                parts.length > 3 ? sorted(words(parts[3])) : List.of(),
                List.of());
    }

    private static List<String> verbs(String text) {
        var out = new ArrayList<String>();
        for (var word : words(text)) {
            switch (word) {
                case "R" -> out.addAll(READ);
                case "W" -> out.addAll(WRITE);
                case "RW" -> {
                    out.addAll(READ);
                    out.addAll(WRITE);
                }
                case "RU" -> {
                    out.addAll(READ);
                    out.addAll(List.of("update", "patch"));
                }
                default -> out.add(word);
            }
        }
        return sorted(out);
    }

    // every start reads the table before anything is compiled, so without patterns
    private static List<String> words(String text) {
        return List.of(text.strip().split(" ", -1));
    }

    /// Upstream's rule builder sorts every list.
    private static List<String> sorted(List<String> words) {
        var out = words.toArray(String[]::new);
        Arrays.sort(out);
        return List.of(out);
    }
}
