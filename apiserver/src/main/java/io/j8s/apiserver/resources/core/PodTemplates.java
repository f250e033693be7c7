package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What is common to pods and to everything that holds a pod template.
public final class PodTemplates {

    private static final int FILE_MODE = 0644;
    private static final int TOKEN_SECONDS = 3600;
    private static final int GRACE_SECONDS = 30;

    private PodTemplates() {}

    /// Upstream's defaulting of a `PodTemplateSpec`.
    public static void applyDefaults(Tree template) {
        applySpecDefaults(template.ensure("spec"));
    }

    /// Drops what is behind feature gates that are off, unless what is stored has it already
    /// (upstream: `DropDisabledTemplateFields`).
    ///
    /// @param path where the template stands in the object
    /// @param old what is stored; null for a new object
    public static void dropDisabled(Tree object, @Nullable Tree old, String path) {
        String spec = path + ".spec";
        DisabledPodFields.drop(object.tree(spec), old == null ? null : old.tree(spec));
    }

    /// Upstream's defaulting of a `PodSpec` wherever it stands (`SetDefaults_PodSpec` and those of
    /// the structs inside of it). What only pods themselves get is in [Pods#applyDefaults].
    public static void applySpecDefaults(Tree spec) {
        spec.setDefault("dnsPolicy", "ClusterFirst");
        spec.setDefault("restartPolicy", "Always");
        if (!spec.has("securityContext")) {
            spec.ensure("securityContext");
        }
        spec.setDefault("terminationGracePeriodSeconds", GRACE_SECONDS);
        spec.setDefault("schedulerName", "default-scheduler");
        keepServiceAccountInStep(spec);
        spec.trees("volumes").forEach(PodTemplates::volume);
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            spec.trees(list).forEach(PodTemplates::container);
        }
        roundUp(spec.map("overhead"));
        resources(spec.tree("resources"));
    }

    /// `serviceAccount` is the old name of `serviceAccountName`; whichever is set sets both
    /// (upstream: `Convert_v1_PodSpec_To_core_PodSpec` and back).
    private static void keepServiceAccountInStep(Tree spec) {
        String name = spec.string("serviceAccountName", "");
        if (name.isEmpty()) {
            name = spec.string("serviceAccount", "");
        }
        if (!name.isEmpty()) {
            spec.set("serviceAccountName", name);
            spec.set("serviceAccount", name);
        }
    }

    private static void volume(Tree volume) {
        volumeSource(volume);
        setIfPresent(volume, "secret", "defaultMode", FILE_MODE);
        setIfPresent(volume, "configMap", "defaultMode", FILE_MODE);
        setIfPresent(volume, "downwardAPI", "defaultMode", FILE_MODE);
        setIfPresent(volume, "projected", "defaultMode", FILE_MODE);
        if (volume.tree("hostPath") instanceof Tree hostPath && !hostPath.has("type")) {
            hostPath.set("type", "");
        }
        volume.trees("downwardAPI.items").forEach(PodTemplates::fieldReference);
        for (Tree source : volume.trees("projected.sources")) {
            setIfPresent(source, "serviceAccountToken", "expirationSeconds", TOKEN_SECONDS);
            source.trees("downwardAPI.items").forEach(PodTemplates::fieldReference);
        }
        setIfPresent(volume, "azureDisk", "readOnly", false);
        if (volume.tree("ephemeral.volumeClaimTemplate") instanceof Tree claim) {
            PersistentVolumeClaims.applySpecDefaults(claim.ensure("spec"));
        }
        if (volume.tree("image") instanceof Tree image) {
            image.setDefault("pullPolicy", pullPolicy(image.string("reference", "")));
        }
    }

    /// A volume that names no source is an empty directory.
    private static void volumeSource(Tree volume) {
        boolean hasSource =
                volume.type().fields().stream()
                        .anyMatch(
                                field -> !field.name().equals("name") && volume.has(field.name()));
        if (!hasSource) {
            volume.ensure("emptyDir");
        }
    }

    static void container(Tree container) {
        container.setDefault("imagePullPolicy", pullPolicy(container.string("image", "")));
        container.setDefault("terminationMessagePath", "/dev/termination-log");
        container.setDefault("terminationMessagePolicy", "File");
        container.trees("ports").forEach(port -> port.setDefault("protocol", "TCP"));
        container
                .trees("env")
                .forEach(env -> {
                    if (env.tree("valueFrom") instanceof Tree source) {
                        fieldReference(source);
                        setIfPresent(source, "fileKeyRef", "optional", false);
                    }
                });
        resources(container.tree("resources"));
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.tree(probe) instanceof Tree present) {
                probe(present);
            }
        }
        httpGet(container.tree("lifecycle.postStart.httpGet"));
        httpGet(container.tree("lifecycle.preStop.httpGet"));
    }

    private static void fieldReference(Tree source) {
        if (source.tree("fieldRef") instanceof Tree reference) {
            reference.setDefault("apiVersion", "v1");
        }
    }

    private static void probe(Tree probe) {
        probe.setDefault("timeoutSeconds", 1);
        probe.setDefault("periodSeconds", 10);
        probe.setDefault("successThreshold", 1);
        probe.setDefault("failureThreshold", 3);
        httpGet(probe.tree("httpGet"));
        if (probe.tree("grpc") instanceof Tree grpc && !grpc.has("service")) {
            grpc.set("service", "");
        }
    }

    private static void httpGet(@Nullable Tree action) {
        if (action != null) {
            action.setDefault("path", "/");
            action.setDefault("scheme", "HTTP");
        }
    }

    private static void setIfPresent(Tree parent, String struct, String field, Object value) {
        if (parent.tree(struct) instanceof Tree present) {
            present.setDefault(field, value);
        }
    }

    private static void resources(@Nullable Tree resources) {
        if (resources != null) {
            roundUp(resources.map("limits"));
            roundUp(resources.map("requests"));
        }
    }

    /// Rounds every quantity of a resource list up to thousandths (upstream:
    /// `SetDefaults_ResourceList`).
    public static void roundUp(@Nullable TreeMap list) {
        if (list == null) {
            return;
        }
        for (String key : list.keys()) {
            String text = list.string(key);
            if (text != null && (text.endsWith("n") || text.endsWith("u"))) {
                list.put(key, ResourceLists.roundUpToMilli(text));
            }
        }
    }

    /// `Always` for the tag `latest` and for no tag at all, else `IfNotPresent`. A digest without a
    /// tag counts as tagged, and so does a name that is none.
    static String pullPolicy(String image) {
        return ImageReference.tag(image).equals("latest") ? "Always" : "IfNotPresent";
    }

    /// Copies limits that have no request of the same name to the requests (pods only).
    static void requestsFromLimits(Tree container) {
        TreeMap limits = container.map("resources.limits");
        if (limits == null) {
            return;
        }
        TreeMap requests = container.ensureMap("resources.requests");
        for (String key : limits.keys()) {
            if (!requests.has(key) && limits.value(key) != null) {
                requests.putValue(key, java.util.Objects.requireNonNull(limits.value(key)));
            }
        }
    }

    /// With host networking every container port without a host port is its own host port.
    static void hostPorts(Tree spec) {
        for (String list : List.of("containers", "initContainers")) {
            for (Tree container : spec.trees(list)) {
                for (Tree port : container.trees("ports")) {
                    Num own = port.number("containerPort");
                    if (own != null) {
                        port.setDefault("hostPort", own);
                    }
                }
            }
        }
    }
}
