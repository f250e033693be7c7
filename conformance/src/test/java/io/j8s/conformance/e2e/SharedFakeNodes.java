package io.j8s.conformance.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Hands one control plane with fake nodes to every test that asks for it.
final class SharedFakeNodes implements ParameterResolver {

    /// Whoever uses it holds this lock, for reading if a namespace of its own is all that it
    /// changes.
    static final String NAME = "the shared cluster of fake nodes";

    private static final Namespace OURS = Namespace.create(SharedFakeNodes.class);

    /// Both ends of what is shared, closed in the right order.
    private record Both(Cluster cluster, FakeNodeCluster nodes) implements AutoCloseable {
        @Override
        public void close() {
            nodes.close();
            cluster.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == FakeNodeCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .computeIfAbsent("control plane", _ -> start(), Both.class)
                .nodes;
    }

    private static Both start() {
        var cluster = Cluster.start("--control-plane-only");
        return new Both(cluster, FakeNodeCluster.on(cluster));
    }
}
