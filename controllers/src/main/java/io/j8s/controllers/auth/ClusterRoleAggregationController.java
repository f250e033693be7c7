package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.ObjectJson;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.machinery.meta.ObjectKey;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Fills a role that has an aggregation rule with the rules of all roles it selects (upstream:
/// `pkg/controller/clusterroleaggregation`): so `admin`, `edit` and `view` learn of custom
/// resources.
public final class ClusterRoleAggregationController implements Controller {

    private static final String MANAGER = "clusterrole-aggregation-controller";

    private final Api api;
    private final Informer<ClusterRole> roles;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public ClusterRoleAggregationController(ControllerContext context) {
        this.api = context.api();
        this.roles = context.informer(Kinds.CLUSTER_ROLES);
        this.queue = context.queue("ClusterRoleAggregator");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        roles.onChange((_, _) -> {
            for (var role : roles.list()) {
                if (role.getAggregationRule() != null) {
                    queue.add(Meta.key(role));
                }
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    Outcome reconcile(ObjectKey key) {
        var found = roles.get(key);
        if (found.isEmpty() || found.get().getAggregationRule() == null) {
            return Outcome.DONE;
        }
        var rules = union(found.get(), roles.list());
        if (rules.equals(found.get().getRules())) {
            return Outcome.DONE;
        }
        try {
            api.patch(Kinds.CLUSTER_ROLES, key, Api.Patch.apply(applied(key, rules), MANAGER));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
        return Outcome.DONE;
    }

    /// What is applied: a role of nothing but its rules, so that others keep the rest.
    private static String applied(ObjectKey key, List<PolicyRule> rules) {
        return ObjectJson.write(
                new ClusterRoleBuilder()
                        .withNewMetadata()
                        .withName(key.name())
                        .endMetadata()
                        .withRules(rules)
                        .build());
    }

    /// Pure: the rules of all selected roles by name, each rule once.
    static List<PolicyRule> union(ClusterRole target, List<ClusterRole> all) {
        var rules = new ArrayList<PolicyRule>();
        for (var selector : target.getAggregationRule().getClusterRoleSelectors()) {
            all.stream()
                    .filter(role -> !Meta.name(role).equals(Meta.name(target)))
                    .filter(role -> LabelSelectors.matches(selector, Meta.labels(role)))
                    .sorted(Comparator.comparing(Meta::name))
                    .flatMap(role -> role.getRules().stream())
                    .filter(rule -> !rules.contains(rule))
                    .forEach(rules::add);
        }
        return rules;
    }
}
