package io.j8s.testkit.simulation;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.j8s.controllers.runtime.Kinds;

/// The namespace that the simulations' pods live in, as the server would have completed it.
final class DefaultNamespace {

    private DefaultNamespace() {}

    static void in(Simulation sim) {
        sim.api()
                .create(
                        Kinds.NAMESPACES,
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName("default")
                                .endMetadata()
                                .withNewSpec()
                                .withFinalizers("kubernetes")
                                .endSpec()
                                .withNewStatus()
                                .withPhase("Active")
                                .endStatus()
                                .build());
    }
}
