package io.j8s.apiserver.resources.flowcontrol;

import io.fabric8.kubernetes.api.model.flowcontrol.v1.PriorityLevelConfiguration;
import io.fabric8.kubernetes.api.model.flowcontrol.v1.QueuingConfiguration;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Function;

/// Everything the API server knows about `flowcontrol.apiserver.k8s.io/v1
/// PriorityLevelConfiguration`.
public final class PriorityLevels implements ResourceStrategy<PriorityLevelConfiguration> {

    private static final String NONE = "<none>";

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
