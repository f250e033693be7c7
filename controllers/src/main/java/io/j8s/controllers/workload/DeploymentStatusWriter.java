package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;

/// Writes what deployments have come to, where it differs from what is known.
record DeploymentStatusWriter(Api api) {

    Deployment write(Deployment deployment, DeploymentStatus status) {
        if (status.equals(deployment.getStatus())) {
            return deployment;
        }
        return api.updateStatus(
                Kinds.DEPLOYMENTS, new DeploymentBuilder(deployment).withStatus(status).build());
    }

    /// Writes revision and status. Upstream's server takes both with one write of the status; where
    /// a server keeps annotations apart from it, a second write follows.
    Deployment write(Deployment deployment, String revision, DeploymentStatus status) {
        var known = Meta.annotations(deployment).get(DeploymentAnnotations.REVISION);
        if (revision.equals(known)) {
            return write(deployment, status);
        }
        var stored =
                api.updateStatus(Kinds.DEPLOYMENTS, withRevision(deployment, revision, status));
        if (revision.equals(Meta.annotations(stored).get(DeploymentAnnotations.REVISION))) {
            return stored;
        }
        return api.update(Kinds.DEPLOYMENTS, withRevision(stored, revision, status));
    }

    private static Deployment withRevision(
            Deployment deployment, String revision, DeploymentStatus status) {
        return new DeploymentBuilder(deployment)
                .editMetadata()
                .addToAnnotations(DeploymentAnnotations.REVISION, revision)
                .endMetadata()
                .withStatus(status)
                .build();
    }
}
