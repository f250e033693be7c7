package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.scheduler.core.PluginFailure;
import io.j8s.scheduler.core.PodInfo;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// What the API is told when a pod has its node.
final class DefaultBinderTest {

    private final List<String> told = new ArrayList<>();

    private DefaultBinder binder(@Nullable StatusException refusal) {
        return new DefaultBinder(
                new NoApi() {
                    @Override
                    public void post(Kind<?> kind, ObjectKey key, String subresource, String body) {
                        if (refusal != null) {
                            throw refusal;
                        }
                        told.add(kind.plural() + " " + key + " " + subresource + " " + body);
                    }
                });
    }

    private static PodInfo pod() {
        return new PodInfo(new Cluster().pod(PodShapes::plain));
    }

    @Test
    void postsABindingForThisVeryPod() {
        assertThat(binder(null).bind(pod(), "node-7")).isTrue();
        assertThat(told)
                .containsExactly(
                        "pods default/p1 binding"
                                + " {\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":"
                                + "{\"name\":\"p1\",\"namespace\":\"default\",\"uid\":\"u1\"},"
                                + "\"target\":{\"kind\":\"Node\",\"name\":\"node-7\"}}");
    }

    @Test
    void aRefusalIsThisPodsFailureInTheServersWords() {
        var refusal =
                new StatusException(
                        409,
                        "Conflict",
                        "Operation cannot be fulfilled on pods/binding \"p1\": pod p1 is already"
                                + " assigned to node \"node-3\"");

        assertThatThrownBy(() -> binder(refusal).bind(pod(), "node-7"))
                .isInstanceOf(PluginFailure.class)
                .hasMessage(refusal.message());
    }
}
