package io.j8s.apiserver.plugins.podsecurity;

import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/// What the checks share: a pod's containers in upstream's order, and checks in a row. Pure.
///
/// @param metadata of the pod or template
/// @param spec the PodSpec
record Checks(Tree metadata, Tree spec) {

    private static final List<String> CONTAINERS =
            List.of("initContainers", "containers", "ephemeralContainers");

    /// Every violation of the given checks, in their order.
    static List<Violation> run(Checks pod, List<Function<Checks, List<Violation>>> checks) {
        var out = new ArrayList<Violation>();
        checks.forEach(check -> out.addAll(check.apply(pod)));
        return out;
    }

    List<Tree> containers() {
        var out = new ArrayList<Tree>();
        CONTAINERS.forEach(path -> out.addAll(spec.trees(path)));
        return out;
    }

    /// Names of the containers that `isBad` says so of.
    List<String> containers(Predicate<Tree> isBad) {
        var out = new ArrayList<String>();
        for (var container : containers()) {
            if (isBad.test(container)) {
                out.add(container.string("name", ""));
            }
        }
        return out;
    }

    boolean isWindows() {
        return spec.string("os.name", "").equals("windows");
    }

    Map<String, String> annotations() {
        TreeMap map = metadata.map("annotations");
        return map == null ? Map.of() : map.strings();
    }

    static List<Violation> none() {
        return List.of();
    }

    static List<Violation> one(String reason, String detail) {
        return List.of(new Violation(reason, detail));
    }
}
