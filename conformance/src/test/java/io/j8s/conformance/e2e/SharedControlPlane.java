package io.j8s.conformance.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// As [SharedCluster], but without a node: for suites that only talk to the API. It needs no root
/// and starts in a moment.
final class SharedControlPlane implements ParameterResolver {

    /// Whoever uses it holds this lock, for reading if a namespace of its own is all that it
    /// changes.
    static final String NAME = "the shared control plane";

    private static final Namespace OURS = Namespace.create(SharedControlPlane.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .computeIfAbsent(
                        "control plane", _ -> Cluster.start("--control-plane-only"), Cluster.class);
    }
}
