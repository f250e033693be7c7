package io.j8s.apiserver.resources.flowcontrol;

import io.fabric8.kubernetes.api.model.flowcontrol.v1.FlowSchema;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.List;
import java.util.Objects;

/// Everything the API server knows about `flowcontrol.apiserver.k8s.io/v1 FlowSchema`.
public final class FlowSchemas implements ResourceStrategy<FlowSchema> {

    @Override
    public Names names() {
        return new Names("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", "flowschemas");
    }

    @Override
    public Class<FlowSchema> view() {
        return FlowSchema.class;
    }

    @Override
    public void applyDefaults(Tree schema) {
        schema.ensure("spec").setDefault("matchingPrecedence", 1000);
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        String name = root.string("metadata.name");
        if (root.at("spec") instanceof At spec) {
            FlowSchemaRules.spec(spec, name);
            if (MandatorySpecs.of(MandatorySpecs.SCHEMAS, name, spec.tree()) instanceof Tree fixed
                    && !spec.tree().semanticallyEquals(fixed)) {
                spec.invalidSelf("spec of '" + name + "' must equal the fixed value");
            }
        }
        if (root.at("status") instanceof At status) {
            FlowSchemaRules.status(status);
        }
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("status") instanceof At status) {
            FlowSchemaRules.status(status);
        }
    }

    @Override
    public List<Column<FlowSchema>> columns() {
        return List.of(
                Column.text("PriorityLevel", "Where its requests queue", FlowSchemas::level),
                Column.text(
                        "MatchingPrecedence",
                        "The lowest that matches takes a request",
                        schema -> schema.getSpec().getMatchingPrecedence()),
                Column.text(
                        "DistinguisherMethod",
                        "What tells flows apart",
                        schema ->
                                schema.getSpec().getDistinguisherMethod() == null
                                        ? "<none>"
                                        : schema.getSpec().getDistinguisherMethod().getType()),
                Column.age(),
                Column.text(
                        "MissingPL",
                        "Whether its priority level does not exist",
                        FlowSchemas::isDangling));
    }

    private static String level(FlowSchema schema) {
        var level = schema.getSpec().getPriorityLevelConfiguration();
        return level == null || level.getName() == null ? "" : level.getName();
    }

    private static String isDangling(FlowSchema schema) {
        return schema.getStatus().getConditions().stream()
                .filter(condition -> "Dangling".equals(condition.getType()))
                .map(condition -> Objects.requireNonNullElse(condition.getStatus(), ""))
                .findFirst()
                .orElse("?");
    }
}
