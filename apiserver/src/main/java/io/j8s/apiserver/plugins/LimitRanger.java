package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.quantity.Quantity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// Defaults and bounds of what containers, pods and claims ask for, by the namespace's LimitRanges
/// (upstream: `plugin/pkg/admission/limitranger`).
public final class LimitRanger implements AdmissionPlugin {

    private static final GroupResource LIMIT_RANGES = new GroupResource("", "limitranges");
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";

    private final Lookup lookup;

    public LimitRanger(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "LimitRanger";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        if (Refusals.isFor(attributes, "", "pods")) {
            // upstream: what a pod asks for changes after its creation only by a resize
            return attributes.subresource().equals("resize")
                    ? Refusals.isUpdate(attributes)
                    : attributes.subresource().isEmpty() && Refusals.isCreate(attributes);
        }
        return Refusals.isFor(attributes, "", "persistentvolumeclaims")
                && attributes.subresource().isEmpty()
                && (Refusals.isCreate(attributes) || Refusals.isUpdate(attributes));
    }

    @Override
    public void mutate(AdmissionAttributes attributes) {
        var object = Objects.requireNonNull(attributes.object());
        if (Refusals.isFor(attributes, "", "pods")) {
            for (var range : lookup.list(LIMIT_RANGES, attributes.key().namespace())) {
                setDefaults(object, range);
            }
        }
    }

    /// Pure: fills in what containers leave out, and notes it in an annotation.
    static void setDefaults(Tree pod, Tree range) {
        Tree defaults = null;
        for (var limit : range.trees("spec.limits")) {
            if (limit.string("type", "").equals("Container")) {
                defaults = limit;
            }
        }
        if (defaults == null) {
            return;
        }
        var notes = new ArrayList<String>();
        for (var container : pod.trees("spec.containers")) {
            merge(container, defaults, "container", notes);
        }
        for (var container : pod.trees("spec.initContainers")) {
            merge(container, defaults, "init container", notes);
        }
        if (!notes.isEmpty()) {
            pod.ensureMap("metadata.annotations")
                    .put(ANNOTATION, "LimitRanger plugin set: " + String.join("; ", notes));
        }
    }

    private static void merge(Tree container, Tree defaults, String what, List<String> notes) {
        var limits = fill(container, "resources.limits", defaults, "default");
        var requests = fill(container, "resources.requests", defaults, "defaultRequest");
        var name = container.string("name", "");
        if (!requests.isEmpty()) {
            notes.add("%s request for %s %s".formatted(String.join(", ", requests), what, name));
        }
        if (!limits.isEmpty()) {
            notes.add("%s limit for %s %s".formatted(String.join(", ", limits), what, name));
        }
    }

    private static List<String> fill(Tree container, String to, Tree defaults, String from) {
        var set = new ArrayList<String>();
        for (var entry : ResourceAmounts.at(defaults, from).entrySet()) {
            if (!container.stringMap(to).containsKey(entry.getKey())) {
                container.ensureMap(to).put(entry.getKey(), entry.getValue().toString());
                set.add(entry.getKey());
            }
        }
        return set;
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        var object = Objects.requireNonNull(attributes.object());
        boolean isPod = Refusals.isFor(attributes, "", "pods");
        if (!Refusals.isCreate(attributes) && object.has("metadata.deletionTimestamp")) {
            return;
        }
        for (var range : lookup.list(LIMIT_RANGES, attributes.key().namespace())) {
            var errors = new ArrayList<String>();
            for (var limit : range.trees("spec.limits")) {
                if (isPod) {
                    checkPod(object, limit, errors);
                } else {
                    checkClaim(object, limit, errors);
                }
            }
            if (!errors.isEmpty()) {
                throw Refusals.forbidden(attributes, ResourceAmounts.aggregate(errors));
            }
        }
    }

    private static void checkPod(Tree pod, Tree limit, List<String> errors) {
        switch (limit.string("type", "")) {
            case "Container" -> {
                for (var path : List.of("spec.containers", "spec.initContainers")) {
                    for (var container : pod.trees(path)) {
                        new Check(
                                        "Container",
                                        limit,
                                        ResourceAmounts.at(container, "resources.requests"),
                                        ResourceAmounts.at(container, "resources.limits"))
                                .run(errors);
                    }
                }
            }
            case "Pod" ->
                    new Check(
                                    "Pod",
                                    limit,
                                    ResourceAmounts.requests(pod),
                                    ResourceAmounts.limits(pod))
                            .run(errors);
            default -> {}
        }
    }

    private static void checkClaim(Tree claim, Tree limit, List<String> errors) {
        if (limit.string("type", "").equals("PersistentVolumeClaim")) {
            new Check(
                            "PersistentVolumeClaim",
                            limit,
                            ResourceAmounts.at(claim, "spec.resources.requests"),
                            Map.of())
                    .runOnRequests(errors);
        }
    }

    /// One limit against what one thing asks for; texts are upstream's.
    private record Check(
            String type, Tree limit, Map<String, Quantity> requests, Map<String, Quantity> limits) {

        void run(List<String> errors) {
            ResourceAmounts.at(limit, "min").forEach((name, bound) -> min(name, bound, errors));
            ResourceAmounts.at(limit, "max").forEach((name, bound) -> max(name, bound, errors));
            ResourceAmounts.at(limit, "maxLimitRequestRatio")
                    .forEach((name, bound) -> ratio(name, bound, errors));
        }

        void runOnRequests(List<String> errors) {
            ResourceAmounts.at(limit, "min").forEach((name, bound) -> min(name, bound, errors));
            ResourceAmounts.at(limit, "max")
                    .forEach((name, bound) -> {
                        var request = requests.get(name);
                        var text = text("maximum", name, bound);
                        if (request == null) {
                            errors.add(text + ".  No request is specified");
                        } else if (request.compareTo(bound) > 0) {
                            errors.add(text + ", but request is " + request);
                        }
                    });
        }

        private String text(String which, String name, Quantity bound) {
            return "%s %s usage per %s is %s".formatted(which, name, type, bound);
        }

        private void min(String name, Quantity bound, List<String> errors) {
            var request = requests.get(name);
            var own = limits.get(name);
            var text = text("minimum", name, bound);
            if (request == null) {
                errors.add(text + ".  No request is specified");
            } else if (request.compareTo(bound) < 0) {
                errors.add(text + ", but request is " + request);
            } else if (ResourceAmounts.isUnder(own, bound)) {
                errors.add(text + ", but limit is " + own);
            }
        }

        private void max(String name, Quantity bound, List<String> errors) {
            var request = requests.get(name);
            var own = limits.get(name);
            var text = text("maximum", name, bound);
            if (own == null) {
                errors.add(text + ".  No limit is specified");
            } else if (own.compareTo(bound) > 0) {
                errors.add(text + ", but limit is " + own);
            } else if (ResourceAmounts.isOver(request, bound)) {
                errors.add(text + ", but request is " + request);
            }
        }

        private void ratio(String name, Quantity bound, List<String> errors) {
            var request = requests.get(name);
            var own = limits.get(name);
            var text = "%s max limit to request ratio per %s is %s".formatted(name, type, bound);
            if (request == null || request.isZero()) {
                errors.add(text + ", but no request is specified or request is 0");
                return;
            }
            if (own == null || own.isZero()) {
                errors.add(text + ", but no limit is specified or limit is 0");
                return;
            }
            double ratio = own.amount().doubleValue() / request.amount().doubleValue();
            if (ratio > bound.amount().doubleValue()) {
                errors.add(
                        text
                                + ", but provided ratio is "
                                + String.format(Locale.ROOT, "%f", ratio));
            }
        }
    }
}
