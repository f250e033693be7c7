package io.j8s.conformance.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Hands one cluster to every test that asks for it, because starting one for each would take most
/// of the suite's time. It ends with the test run.
final class SharedCluster implements ParameterResolver {

    /// Whoever uses it holds this lock, for reading if a namespace of its own is all that it
    /// changes: one suite's nodes that are drained are every suite's.
    static final String NAME = "the shared cluster";

    private static final Namespace OURS = Namespace.create(SharedCluster.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .computeIfAbsent("cluster", _ -> start(), Cluster.class);
    }

    private static Cluster start() {
        Image.prepare();
        return Cluster.start();
    }
}
