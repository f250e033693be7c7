package io.j8s.apiserver.resources.flowcontrol;

import io.fabric8.kubernetes.api.model.flowcontrol.v1.PriorityLevelConfiguration;
import io.fabric8.kubernetes.api.model.flowcontrol.v1.QueuingConfiguration;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Function;

/// Everything the API server knows about `flowcontrol.apiserver.k8s.io/v1
/// PriorityLevelConfiguration`.
public final class PriorityLevels implements ResourceStrategy<PriorityLevelConfiguration> {

    private static final String NONE = "<none>";
    private static final String KEEPS_ZERO =
            "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";

    @Override
    public Names names() {
        return new Names(
                "flowcontrol.apiserver.k8s.io/v1",
                "PriorityLevelConfiguration",
                "prioritylevelconfigurations");
    }

    @Override
    public Class<PriorityLevelConfiguration> view() {
        return PriorityLevelConfiguration.class;
    }

    @Override
    public void applyDefaults(Tree level) {
        Tree spec = level.ensure("spec");
        if (spec.tree("exempt") instanceof Tree exempt) {
            exempt.setDefault("nominalConcurrencyShares", 0);
            exempt.setDefault("lendablePercent", 0);
        }
        if (spec.tree("limited") instanceof Tree limited) {
            limited.setDefault("nominalConcurrencyShares", 30);
            limited.setDefault("lendablePercent", 0);
            if (limited.tree("limitResponse.queuing") instanceof Tree queuing) {
                queuing.setDefault("handSize", 8);
                queuing.setDefault("queues", 64);
                queuing.setDefault("queueLengthLimit", 50);
            }
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        level(tree, null, errors);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        level(tree, oldTree.tree("spec"), errors);
    }

    private static void level(Tree tree, @Nullable Tree oldSpec, FieldErrors errors) {
        At root = At.root(tree, errors);
        String name = root.string("metadata.name");
        if (tree.stringMap("metadata.annotations").containsKey(KEEPS_ZERO)) {
            root.forbidden("metadata.annotations", "annotation '" + KEEPS_ZERO + "' is forbidden");
        }
        if (root.at("spec") instanceof At spec) {
            PriorityLevelRules.spec(spec, name, oldSpec);
            mandatory(spec, name);
        }
        if (root.at("status") instanceof At status) {
            FlowSchemaRules.status(status);
        }
    }

    private static void mandatory(At spec, String name) {
        Tree fixed = MandatorySpecs.of(MandatorySpecs.LEVELS, name, spec.tree());
        if (fixed == null) {
            return;
        }
        boolean exempt = name.equals("exempt");
        Tree judged = spec.tree().copy();
        if (exempt) {
            judged.keep("exempt", fixed); // how much is set aside for it may be changed
        }
        if (!judged.semanticallyEquals(fixed)) {
            spec.invalidSelf(
                    "spec of '"
                            + name
                            + (exempt
                                    ? "' except the 'spec.exempt' field must equal the fixed value"
                                    : "' must equal the fixed value"));
        }
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("status") instanceof At status) {
            FlowSchemaRules.status(status);
        }
    }

    @Override
    public List<Column<PriorityLevelConfiguration>> columns() {
        return List.of(
                Column.text("Type", "Exempt or Limited", level -> level.getSpec().getType()),
                Column.text(
                        "NominalConcurrencyShares",
                        "Its share of the seats",
                        PriorityLevels::shares),
                queues("Queues", "How many queues", QueuingConfiguration::getQueues),
                queues("HandSize", "Queues a flow may use", QueuingConfiguration::getHandSize),
                queues(
                        "QueueLengthLimit",
                        "Requests that may wait in a queue",
                        QueuingConfiguration::getQueueLengthLimit),
                Column.age());
    }

    private static Object shares(PriorityLevelConfiguration level) {
        var limited = level.getSpec().getLimited();
        return limited == null ? NONE : orZero(limited.getNominalConcurrencyShares());
    }

    private static Column<PriorityLevelConfiguration> queues(
            String name,
            String description,
            Function<QueuingConfiguration, @Nullable Integer> value) {
        return Column.text(
                name,
                description,
                level -> {
                    var limited = level.getSpec().getLimited();
                    if (limited == null
                            || limited.getLimitResponse() == null
                            || limited.getLimitResponse().getQueuing() == null) {
                        return NONE;
                    }
                    return orZero(value.apply(limited.getLimitResponse().getQueuing()));
                });
    }

    private static Integer orZero(@Nullable Integer number) {
        return number == null ? 0 : number;
    }
}
