package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionKind;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Everything the API server knows about `v1 Pod`.
public final class Pods implements ResourceStrategy<Pod> {

    private static final long NOT_REQUESTED = -1;

    @Override
    public Names names() {
        return new Names("v1", "Pod", "pods");
    }

    @Override
    public Class<Pod> view() {
        return Pod.class;
    }

    @Override
    public void applyDefaults(Tree pod) {
        Tree spec = pod.ensure("spec");
        PodTemplates.applySpecDefaults(spec);
        spec.trees("containers").forEach(PodTemplates::requestsFromLimits);
        spec.trees("initContainers").forEach(PodTemplates::requestsFromLimits);
        if (spec.longValue("terminationGracePeriodSeconds", 0) < 0) {
            spec.set("terminationGracePeriodSeconds", 1);
        }
        keepAddressesInStep(pod);
        spec.setDefault("enableServiceLinks", true);
        if (spec.bool("hostNetwork", false)) {
            PodTemplates.hostPorts(spec);
        }
    }

    /// The one address stands first in the list of all; where they disagree, it is right (upstream:
    /// `SetDefaults_PodStatus`).
    private static void keepAddressesInStep(Tree pod) {
        String one = pod.string("status.podIP", "");
        var all = pod.trees("status.podIPs");
        if (one.isEmpty() && !all.isEmpty()) {
            pod.set("status.podIP", all.getFirst().string("ip", ""));
        } else if (!one.isEmpty()
                && (all.isEmpty() || !all.getFirst().string("ip", "").equals(one))) {
            pod.remove("status.podIPs");
            pod.ensureList("status.podIPs").addTree().set("ip", one);
        }
    }

    /// Upstream counts generations of pods (`podutil.UpdatePodGeneration`), from 1.
    @Override
    public void prepareForCreate(RequestContext context, Tree pod) {
        PodPreparation.create(context, pod);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        PodPreparation.update(old, updated);
    }

    /// A pod that has not been bound, or has ended, or whose grace is zero goes at once.
    @Override
    public long gracePeriodSeconds(Tree pod, long requestedSeconds) {
        long grace = requestedSeconds;
        if (grace == NOT_REQUESTED) {
            grace = pod.longValue("spec.terminationGracePeriodSeconds", 0);
        }
        String phase = pod.string("status.phase", "");
        boolean ended = phase.equals("Failed") || phase.equals("Succeeded");
        return ended || pod.string("spec.nodeName", "").isEmpty() ? 0 : grace;
    }

    /// Each of these paths changes one thing and nothing else (upstream:
    /// `podEphemeralContainersStrategy`, `podResizeStrategy`).
    @Override
    public void prepareForSubresourceUpdate(
            RequestContext context, String subresource, Tree old, Tree updated) {
        switch (subresource) {
            case "ephemeralcontainers" -> {
                Tree asked = updated.copy();
                ResourceStrategy.super.prepareForSubresourceUpdate(
                        context, subresource, old, updated);
                updated.keep("spec.ephemeralContainers", asked);
                PodPreparation.ephemeralContainers(old, updated);
            }
            case "resize" ->
                    PodPreparation.resize(
                            old,
                            updated,
                            () ->
                                    ResourceStrategy.super.prepareForSubresourceUpdate(
                                            context, "resize", old, updated));
            default ->
                    ResourceStrategy.super.prepareForSubresourceUpdate(
                            context, subresource, old, updated);
        }
    }

    @Override
    public void prepareForStatusUpdate(RequestContext context, Tree old, Tree updated) {
        PodPreparation.status(old, updated);
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        PodValidation.create(tree, errors);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        PodUpdates.update(tree, oldTree, errors);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        PodStatusRules.validate(tree, oldTree, errors);
    }

    @Override
    public void validateSubresourceUpdate(
            String subresource, Tree tree, Tree oldTree, FieldErrors errors) {
        switch (subresource) {
            case "ephemeralcontainers" -> PodUpdates.ephemeralContainers(tree, oldTree, errors);
            case "resize" -> PodResizeRules.validate(tree, oldTree, errors);
            default -> {
                // binding and eviction have rules of their own
            }
        }
    }

    /// Upstream spares itself those of updates.
    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        return oldTree == null ? PodWarnings.ofPod(tree) : List.of();
    }

    @Override
    public List<String> statusWarnings(Tree tree) {
        return PodWarnings.ofStatus(tree.tree("status"));
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(
                SelectableField.at("spec.nodeName"),
                SelectableField.at("spec.restartPolicy"),
                SelectableField.at("spec.schedulerName"),
                SelectableField.at("spec.serviceAccountName"),
                new SelectableField(
                        "spec.hostNetwork",
                        pod -> Boolean.toString(pod.bool("spec.hostNetwork", false))),
                SelectableField.at("status.phase"),
                SelectableField.at("status.podIP"),
                new SelectableField("status.podIPs", _ -> ""), // upstream: known, never set
                SelectableField.at("status.nominatedNodeName"));
    }

    /// Old clients say `spec.host`.
    @Override
    public Map<String, String> fieldLabels(GroupVersionKind served) {
        var labels = new HashMap<>(ResourceStrategy.super.fieldLabels(served));
        labels.put("spec.host", "spec.nodeName");
        return labels;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public List<Column<Pod>> columns() {
        return PodColumns.all();
    }
}
