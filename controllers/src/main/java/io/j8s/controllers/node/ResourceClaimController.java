package io.j8s.controllers.node;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimStatus;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimConsumerReference;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.runtime.Written;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;
import io.prometheus.metrics.core.metrics.Counter;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Makes the resource claims that pods ask for by template, and takes back what pods that are gone
/// or done held (upstream: `pkg/controller/resourceclaim`).
public final class ResourceClaimController implements Controller {

    static final String ENTRY = "resource.kubernetes.io/pod-claim-name";
    static final String FINALIZER = "resource.kubernetes.io/delete-protection";
    private static final String FIELD_MANAGER = "ResourceClaimController"; // upstream: fieldManager
    private static final int GENERATED_NAME_MAX = 57; // upstream: maxBaseLen

    private final Api api;
    private final EventRecorder events;
    private final Informer<Pod> pods;
    private final Informer<ResourceClaim> claims;
    private final Informer<ResourceClaimTemplate> templates;
    private final Written<ResourceClaim> written;
    private final WorkQueue<ObjectKey> podQueue;
    private final WorkQueue<ObjectKey> claimQueue;
    private final List<ControllerLoop<?>> loops;
    private final Counter creations;

    public ResourceClaimController(ControllerContext context) {
        this.api = context.api();
        this.events = context.events();
        this.pods = context.informer(Kinds.PODS);
        this.claims = context.informer(Kinds.RESOURCE_CLAIMS);
        this.templates = context.informer(Kinds.RESOURCE_CLAIM_TEMPLATES);
        this.written = new Written<>(claims);
        this.creations =
                context.measures()
                        .counter(
                                ALPHA,
                                "dynamic_resource_allocation_resourceclaim_creates_total",
                                "Number of ResourceClaims creation requests, categorized by"
                                        + " creation status, admin access, and owning API group and"
                                        + " kind (either Pod or scheduling.k8s.io/PodGroup)",
                                "status",
                                "admin_access",
                                "owner_api_group",
                                "owner_api_kind");
        this.podQueue = context.queue("resource_claim_pods");
        this.claimQueue = context.queue("resource_claim");
        this.loops =
                List.of(
                        context.loop(podQueue, this::syncPod, 10),
                        context.loop(claimQueue, this::syncClaim, 10));
        pods.onChange((before, after) -> podChanged(after == null ? before : after));
        claims.onChange((before, after) -> claimChanged(after == null ? before : after));
        templates.onChange((_, after) -> {
            if (after != null) {
                pods.inNamespace(Meta.namespace(after)).forEach(this::podChanged);
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void podChanged(@Nullable Pod pod) {
        if (pod != null && !pod.getSpec().getResourceClaims().isEmpty()) {
            podQueue.add(Meta.key(pod));
            for (var name : names(pod).values()) {
                claimQueue.add(new ObjectKey(Meta.namespace(pod), name));
            }
        }
    }

    private void claimChanged(@Nullable ResourceClaim claim) {
        if (claim == null) {
            return;
        }
        claimQueue.add(Meta.key(claim));
        var owner = Meta.controllerOf(claim);
        if (owner != null && owner.getKind().equals("Pod")) {
            podQueue.add(new ObjectKey(Meta.namespace(claim), owner.getName()));
        }
    }

    Outcome syncPod(ObjectKey key) {
        var found = pods.get(key);
        if (found.isEmpty() || Meta.isTerminating(found.get()) || isDone(found.get())) {
            return Outcome.DONE;
        }
        var pod = found.get();
        var made = new LinkedHashMap<String, String>();
        for (var wanted : pod.getSpec().getResourceClaims()) {
            if (wanted.getResourceClaimTemplateName() != null) {
                ensure(pod, wanted, made);
            }
        }
        if (!made.isEmpty()) {
            var all = new LinkedHashMap<>(names(pod));
            all.putAll(made);
            tell(pod, all);
        }
        return Outcome.DONE;
    }

    /// Makes sure that the claim of an entry exists; `made` gets the name that the pod's status
    /// does not tell yet.
    private void ensure(Pod pod, PodResourceClaim wanted, Map<String, String> made) {
        var told = names(pod).get(wanted.getName());
        if (told != null && told.isEmpty()) {
            return; // somebody decided that no claim is needed
        }
        var namespace = Meta.namespace(pod);
        if (told != null && claims.get(new ObjectKey(namespace, told)).isPresent()) {
            return;
        }
        var known =
                written
                        .over(
                                () -> claims.inNamespace(namespace),
                                claim -> Meta.namespace(claim).equals(namespace))
                        .stream()
                        .filter(claim -> Meta.isControlledBy(claim, pod))
                        .filter(claim ->
                                wanted.getName().equals(Meta.annotations(claim).get(ENTRY)))
                        .findFirst();
        var name = known.map(Meta::name).orElseGet(() -> Meta.name(create(pod, wanted)));
        if (!name.equals(told)) {
            made.put(wanted.getName(), name);
        }
    }

    private ResourceClaim create(Pod pod, PodResourceClaim wanted) {
        var templateName = wanted.getResourceClaimTemplateName();
        var template = templates.get(new ObjectKey(Meta.namespace(pod), templateName)).orElse(null);
        try {
            if (template == null) {
                throw new StatusException(
                        404,
                        "NotFound",
                        "resource claim template \"%1$s\": resourceclaimtemplate.resource.k8s.io \"%1$s\" not found"
                                .formatted(templateName));
            }
            var claim = api.create(Kinds.RESOURCE_CLAIMS, fromTemplate(pod, wanted, template));
            creations.labelValues("success", "false", "", "Pod").inc();
            written.wrote(claim);
            return claim;
        } catch (StatusException refused) {
            if (template != null) {
                creations.labelValues("failure", "false", "", "Pod").inc();
            }
            events.warning(
                    pod,
                    "FailedResourceClaimCreation",
                    "PodResourceClaim %s: %s".formatted(wanted.getName(), refused.message()));
            throw refused;
        }
    }

    /// Pure: the claim that a template makes for a pod.
    static ResourceClaim fromTemplate(
            Pod pod, PodResourceClaim wanted, ResourceClaimTemplate template) {
        var meta = template.getSpec().getMetadata();
        var builder = new ResourceClaimBuilder().withNewMetadata();
        if (meta != null) {
            builder.withLabels(meta.getLabels()).withAnnotations(meta.getAnnotations());
        }
        var owner = Meta.controllerRef(Kinds.PODS, pod);
        owner.setBlockOwnerDeletion(null); // upstream: only `controller`
        return builder.withNamespace(Meta.namespace(pod))
                .withGenerateName(generateName(Meta.name(pod), wanted.getName()))
                .addToAnnotations(ENTRY, wanted.getName())
                .withOwnerReferences(owner)
                .endMetadata()
                .withSpec(template.getSpec().getSpec())
                .build();
    }

    /// Upstream cuts both parts by the same share.
    static String generateName(String pod, String entry) {
        var name = pod + "-" + entry + "-";
        int length = name.length();
        return length <= GENERATED_NAME_MAX
                ? name
                : pod.substring(0, pod.length() * GENERATED_NAME_MAX / length)
                        + "-"
                        + entry.substring(0, entry.length() * GENERATED_NAME_MAX / length);
    }

    private void tell(Pod pod, Map<String, String> names) {
        var list =
                names.entrySet().stream()
                        .map(each ->
                                "{\"name\":\"%s\",\"resourceClaimName\":\"%s\"}"
                                        .formatted(each.getKey(), each.getValue()))
                        .collect(Collectors.joining(","));
        var body =
                """
                {"apiVersion":"v1","kind":"Pod",\
                "metadata":{"name":"%s","namespace":"%s","uid":"%s"},\
                "status":{"resourceClaimStatuses":[%s]}}\
                """
                        .formatted(Meta.name(pod), Meta.namespace(pod), Meta.uid(pod), list);
        api.patch(Kinds.PODS, Meta.key(pod), Api.Patch.apply(body, FIELD_MANAGER).on("status"));
    }

    /// Names of claims by the pod's entries, as far as its status or spec tells them.
    private static Map<String, String> names(Pod pod) {
        var names = new LinkedHashMap<String, String>();
        var status = pod.getStatus();
        if (status != null) {
            for (PodResourceClaimStatus made : status.getResourceClaimStatuses()) {
                names.put(made.getName(), Meta.orEmpty(made.getResourceClaimName()));
            }
        }
        for (var wanted : pod.getSpec().getResourceClaims()) {
            if (wanted.getResourceClaimName() != null) {
                names.put(wanted.getName(), wanted.getResourceClaimName());
            }
        }
        return names;
    }

    Outcome syncClaim(ObjectKey key) {
        var found = claims.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var claim = written.newest(found.get());
        var users = users(claim);
        var left = users.stream().filter(user -> stillUses(key.namespace(), user)).toList();
        boolean isProtected = Meta.finalizers(claim).contains(FINALIZER);
        boolean isUnused = left.isEmpty() && (!users.isEmpty() || Meta.isTerminating(claim));
        if (left.size() < users.size() || (isProtected && isUnused)) {
            claim = release(claim, left, isProtected && isUnused);
        }
        if (left.isEmpty()) {
            deleteIfGenerated(claim);
        }
        return Outcome.DONE;
    }

    private static List<ResourceClaimConsumerReference> users(ResourceClaim claim) {
        return claim.getStatus() == null ? List.of() : claim.getStatus().getReservedFor();
    }

    private boolean stillUses(String namespace, ResourceClaimConsumerReference user) {
        if (!Meta.orEmpty(user.getApiGroup()).isEmpty() || !user.getResource().equals("pods")) {
            return true; // not ours to judge
        }
        var key = new ObjectKey(namespace, user.getName());
        var pod = pods.get(key).orElse(null);
        if (pod == null) {
            try {
                pod = api.get(Kinds.PODS, key); // it may be newer than what we have heard
            } catch (StatusException refused) {
                if (refused.isNotFound()) {
                    return false;
                }
                throw refused;
            }
        }
        return Meta.uid(pod).equals(user.getUid()) && !isDone(pod);
    }

    private ResourceClaim release(
            ResourceClaim claim, List<ResourceClaimConsumerReference> left, boolean deallocates) {
        var entries = new ArrayList<String>();
        for (var user : left) {
            var group = Meta.orEmpty(user.getApiGroup());
            entries.add(
                    "{%s\"resource\":\"%s\",\"name\":\"%s\",\"uid\":\"%s\"}"
                            .formatted(
                                    group.isEmpty() ? "" : "\"apiGroup\":\"%s\",".formatted(group),
                                    user.getResource(),
                                    user.getName(),
                                    user.getUid()));
        }
        var body =
                "{\"metadata\":{\"resourceVersion\":\"%s\"},\"status\":{\"reservedFor\":%s%s}}"
                        .formatted(
                                claim.getMetadata().getResourceVersion(),
                                entries.isEmpty() ? "null" : entries,
                                deallocates ? ",\"allocation\":null" : "");
        var key = Meta.key(claim);
        var stored = api.patch(Kinds.RESOURCE_CLAIMS, key, Api.Patch.merge(body).on("status"));
        if (deallocates) {
            stored = api.patch(Kinds.RESOURCE_CLAIMS, key, unprotected(stored));
        }
        written.wrote(stored);
        return stored;
    }

    private static Api.Patch unprotected(ResourceClaim claim) {
        var others =
                Meta.finalizers(claim).stream()
                        .filter(each -> !each.equals(FINALIZER))
                        .map(each -> "\"" + each + "\"")
                        .toList();
        return Api.Patch.merge(
                "{\"metadata\":{\"resourceVersion\":\"%s\",\"finalizers\":%s}}"
                        .formatted(claim.getMetadata().getResourceVersion(), others));
    }

    private void deleteIfGenerated(ResourceClaim claim) {
        var owner = Meta.controllerOf(claim);
        if (owner == null || !owner.getKind().equals("Pod") || Meta.isTerminating(claim)) {
            return;
        }
        var pod = pods.get(new ObjectKey(Meta.namespace(claim), owner.getName())).orElse(null);
        // upstream: of a pod that is gone the garbage collector takes care
        if (pod != null && (!Meta.uid(pod).equals(owner.getUid()) || isDone(pod))) {
            try {
                api.delete(
                        Kinds.RESOURCE_CLAIMS,
                        Meta.key(claim),
                        Api.Delete.PLAIN.onlyUid(Meta.uid(claim)));
            } catch (StatusException refused) {
                if (!refused.isNotFound()) {
                    throw refused;
                }
            }
        }
    }

    /// Ended, or deleted before it had a node (upstream: `isPodDone`).
    private static boolean isDone(Pod pod) {
        return PodRules.isTerminal(pod)
                || (Meta.isTerminating(pod) && PodRules.node(pod).isEmpty());
    }
}
