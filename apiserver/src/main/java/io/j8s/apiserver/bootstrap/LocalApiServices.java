package io.j8s.apiserver.bootstrap;

import io.j8s.apiserver.bootstrap.RbacReconciliation.Task;
import io.j8s.apiserver.discovery.ServedGroup;
import io.j8s.apiserver.discovery.ServedVersion;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// An `APIService` for each version that this server serves itself (upstream: the auto-registration
/// of `controlplane/apiserver/aggregator.go`, which syncs them once, at the start).
final class LocalApiServices {

    private static final GroupVersionResource RESOURCE =
            new GroupVersionResource("apiregistration.k8s.io", "v1", "apiservices");
    private static final GroupVersionKind KIND =
            new GroupVersionKind("apiregistration.k8s.io", "v1", "APIService");
    private static final String MANAGED = "kube-aggregator.kubernetes.io/automanaged";
    private static final String ON_START = "onstart";

    /// Upstream's aggregator does not register its own group.
    private static final String OWN_GROUP = "apiregistration.k8s.io";

    /// Upstream: the version's part of its API service priorities, where it is not the usual one.
    private static final Map<String, Integer> VERSION_PRIORITIES =
            Map.ofEntries(
                    Map.entry("v1.", 1),
                    Map.entry("v2.autoscaling", 30),
                    Map.entry("v1.resource.k8s.io", 21),
                    Map.entry("v1beta2.resource.k8s.io", 15),
                    Map.entry("v1.flowcontrol.apiserver.k8s.io", 21),
                    Map.entry("v1beta1.events.k8s.io", 5),
                    Map.entry("v1beta1.admissionregistration.k8s.io", 12),
                    Map.entry("v1alpha1.admissionregistration.k8s.io", 9),
                    Map.entry("v1beta1.coordination.k8s.io", 13),
                    Map.entry("v1alpha2.coordination.k8s.io", 12),
                    Map.entry("v1alpha3.scheduling.k8s.io", 3),
                    Map.entry("v1alpha1.internal.apiserver.k8s.io", 9));

    private static final int STABLE = 15;
    private static final int BETA = 9;
    private static final int ALPHA = 1;

    private final Ensure ensure;

    LocalApiServices(Ensure ensure) {
        this.ensure = ensure;
    }

    List<Task> tasks(List<ServedGroup> groups) {
        var out = new ArrayList<Task>();
        for (var group : groups) {
            if (!group.name().equals(OWN_GROUP)) {
                for (var version : group.versions()) {
                    var wanted = object(group, version);
                    out.add(() -> ensure.exists(RESOURCE, wanted, found -> synced(found, wanted)));
                }
            }
        }
        return out;
    }

    private Tree object(ServedGroup group, ServedVersion version) {
        String name = version.version() + "." + group.name();
        var out = ensure.object(KIND, new ObjectKey("", name));
        out.ensureMap("metadata.labels").put(MANAGED, ON_START);
        out.set("spec.group", group.name());
        out.set("spec.version", version.version());
        out.set("spec.groupPriorityMinimum", (long) group.priority());
        out.set("spec.versionPriority", (long) versionPriority(name, version.version()));
        return out;
    }

    private static int versionPriority(String name, String version) {
        int usual = version.contains("alpha") ? ALPHA : version.contains("beta") ? BETA : STABLE;
        return VERSION_PRIORITIES.getOrDefault(name, usual);
    }

    /// Upstream: what somebody has taken out of its hands, by the label, stays as it is.
    private static @Nullable Tree synced(Tree found, Tree wanted) {
        var labels = found.map("metadata.labels");
        if (labels == null || !labels.string(MANAGED, "").equals(ON_START)) {
            return null;
        }
        var is = found.tree("spec");
        var wantedSpec = wanted.tree("spec");
        if (wantedSpec == null || (is != null && wantedSpec.equals(is))) {
            return null;
        }
        found.set("spec", wantedSpec.copy());
        return found;
    }
}
