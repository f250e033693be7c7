package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// What is valid in a pod's containers and still probably not meant: their variables, amounts and
/// ports. Used for one pod.
final class ContainerWarnings {

    private record Port(String at, Tree port) {

        private String hostIp() {
            return port.string("hostIP", "");
        }

        private long hostPort() {
            return port.longValue("hostPort", 0);
        }
    }

    private final String path;
    private final List<String> warnings;
    private final Map<String, List<Port>> ports = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();

    ContainerWarnings(String path, List<String> warnings) {
        this.path = path;
        this.warnings = warnings;
    }

    void look(Tree spec) {
        each(spec, this::container);
        each(spec, this::ports);
        each(spec, this::portNames);
    }

    private interface Look {
        void at(String path, Tree container);
    }

    private void each(Tree spec, Look look) {
        for (String list : PodValidation.CONTAINERS) {
            var containers = spec.trees(list);
            for (int i = 0; i < containers.size(); i++) {
                look.at(path + "spec." + list + "[" + i + "]", containers.get(i));
            }
        }
    }

    private void container(String at, Tree container) {
        for (String name : List.of("memory", "ephemeral-storage")) {
            for (String kind : List.of("limits", "requests")) {
                amount(
                        at + ".resources." + kind,
                        container.map("resources." + kind),
                        name,
                        warnings);
            }
        }
        environment(at, container.trees("env"));
    }

    /// Parts of bytes in a list of resources.
    static void amounts(String at, @Nullable TreeMap amounts, List<String> out) {
        for (String name : List.of("memory", "ephemeral-storage")) {
            amount(at, amounts, name, out);
        }
    }

    static void amount(String at, @Nullable TreeMap amounts, String name, List<String> out) {
        String text = amounts == null ? null : amounts.string(name);
        if (text != null && Quantity.parse(text).amount().stripTrailingZeros().scale() > 0) {
            out.add(
                    at
                            + "["
                            + name
                            + "]: fractional byte value "
                            + FieldErrors.quote(Quantity.parse(text).toString())
                            + " is invalid, must be an integer");
        }
    }

    private void environment(String at, List<Tree> variables) {
        var seen = new HashSet<String>();
        for (int i = 0; i < variables.size(); i++) {
            String name = variables.get(i).string("name", "");
            if (seen.add(name)) {
                continue;
            }
            String value = variables.get(i).string("value", "");
            String itself = "$(" + name + ")";
            // a variable that is made of its former value is meant so
            if (variables.get(i).has("valueFrom")
                    || value.equals(itself)
                    || !value.contains(itself)) {
                warnings.add(
                        at
                                + ".env["
                                + i
                                + "]: hides previous definition of "
                                + FieldErrors.quote(name)
                                + ", which may be dropped when using apply");
            }
        }
    }

    private void ports(String at, Tree container) {
        var own = container.trees("ports");
        for (int i = 0; i < own.size(); i++) {
            var port = new Port(at + ".ports[" + i + "]", own.get(i));
            if (!port.hostIp().isEmpty() && port.hostPort() == 0) {
                warnings.add(port.at() + ": hostIP set without hostPort: " + print(port.port()));
            }
            String key =
                    port.port().longValue("containerPort", 0)
                            + "/"
                            + port.port().string("protocol", "");
            var others = ports.computeIfAbsent(key, _ -> new ArrayList<>());
            for (var other : others) {
                String text = clash(port, other);
                if (text != null) {
                    warnings.add(port.at() + ": " + text + " port definition with " + other.at());
                }
            }
            others.add(port);
        }
    }

    private static @Nullable String clash(Port one, Port other) {
        boolean samePort = one.hostPort() == other.hostPort();
        if (samePort && one.hostIp().equals(other.hostIp())) {
            return "duplicate";
        }
        if (one.hostPort() == 0 || other.hostPort() == 0) {
            return "overlapping";
        }
        boolean oneIsOpen = one.hostIp().isEmpty() != other.hostIp().isEmpty();
        return samePort && oneIsOpen ? "dangerously ambiguous" : null;
    }

    /// Go's `%+v` of a `ContainerPort`.
    private static String print(Tree port) {
        return "{Name:%s HostPort:%d ContainerPort:%d Protocol:%s HostIP:%s}"
                .formatted(
                        port.string("name", ""),
                        port.longValue("hostPort", 0),
                        port.longValue("containerPort", 0),
                        port.string("protocol", ""),
                        port.string("hostIP", ""));
    }

    private void portNames(String at, Tree container) {
        var own = container.trees("ports");
        for (int i = 0; i < own.size(); i++) {
            String name = own.get(i).string("name", "");
            if (name.isEmpty()) {
                continue;
            }
            String before = names.putIfAbsent(name, at + ".ports[" + i + "]");
            if (before != null) {
                warnings.add(
                        "%s.ports[%d]: duplicate port name %s with %s, services and probes that select ports by name will use %s"
                                .formatted(at, i, FieldErrors.quote(name), before, before));
            }
        }
    }
}
