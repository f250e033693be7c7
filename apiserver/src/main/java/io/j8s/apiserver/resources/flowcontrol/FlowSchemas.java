package io.j8s.apiserver.resources.flowcontrol;

import io.fabric8.kubernetes.api.model.flowcontrol.v1.FlowSchema;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

import java.util.List;

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
                .map(condition -> condition.getStatus())
                .findFirst()
                .orElse("?");
    }
}
