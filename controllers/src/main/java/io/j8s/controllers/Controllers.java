package io.j8s.controllers;

import io.j8s.controllers.auth.BootstrapSignerController;
import io.j8s.controllers.auth.CertificateApprovingController;
import io.j8s.controllers.auth.CertificateCleanerController;
import io.j8s.controllers.auth.CertificateSigningController;
import io.j8s.controllers.auth.ClusterRoleAggregationController;
import io.j8s.controllers.auth.KubeletServingApprovingController;
import io.j8s.controllers.auth.RootCaPublisher;
import io.j8s.controllers.auth.ServiceAccountController;
import io.j8s.controllers.auth.ServiceAccountTokenController;
import io.j8s.controllers.auth.TokenCleanerController;
import io.j8s.controllers.gc.GarbageCollector;
import io.j8s.controllers.gc.NamespaceController;
import io.j8s.controllers.gc.TtlAfterFinishedController;
import io.j8s.controllers.network.ClusterDnsController;
import io.j8s.controllers.network.EndpointSliceController;
import io.j8s.controllers.network.EndpointSliceMirroringController;
import io.j8s.controllers.network.EndpointsController;
import io.j8s.controllers.node.NodeIpamController;
import io.j8s.controllers.node.NodeLifecycleController;
import io.j8s.controllers.node.NodeTtlController;
import io.j8s.controllers.node.PodGarbageCollector;
import io.j8s.controllers.node.ResourceClaimController;
import io.j8s.controllers.node.TaintEvictionController;
import io.j8s.controllers.policy.DisruptionController;
import io.j8s.controllers.policy.ResourceQuotaController;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.storage.ClaimProtectionController;
import io.j8s.controllers.storage.EphemeralVolumeController;
import io.j8s.controllers.storage.VolumeBinderController;
import io.j8s.controllers.storage.VolumeProtectionController;
import io.j8s.controllers.workload.CronJobController;
import io.j8s.controllers.workload.DaemonSetController;
import io.j8s.controllers.workload.DeploymentController;
import io.j8s.controllers.workload.JobController;
import io.j8s.controllers.workload.ReplicaSetController;
import io.j8s.controllers.workload.ReplicationControllerController;
import io.j8s.controllers.workload.StatefulSetController;

import java.util.List;
import java.util.function.Function;

/// Every controller by upstream's name: a new one is a new file and one line here. What the cluster
/// needs to come up stands first.
public final class Controllers {

    /// @param name as in upstream's `--controllers`
    /// @param serviceAccount whom it acts as, in `kube-system`; empty for the controller manager
    public record Entry(
            String name, String serviceAccount, Function<ControllerContext, Controller> build) {}

    private static final List<Entry> ALL =
            List.of(
                    new Entry(
                            "serviceaccount-controller",
                            "service-account-controller",
                            ServiceAccountController::new),
                    new Entry(
                            "serviceaccount-token-controller",
                            "", // upstream: it works as the controller manager itself
                            ServiceAccountTokenController::new),
                    new Entry(
                            "root-ca-certificate-publisher-controller",
                            "root-ca-cert-publisher",
                            RootCaPublisher::new),
                    new Entry(
                            "namespace-controller",
                            "namespace-controller",
                            NamespaceController::new),
                    new Entry(
                            "clusterrole-aggregation-controller",
                            "clusterrole-aggregation-controller",
                            ClusterRoleAggregationController::new),
                    new Entry("node-ipam-controller", "node-controller", NodeIpamController::new),
                    new Entry(
                            "node-lifecycle-controller",
                            "node-controller",
                            NodeLifecycleController::new),
                    new Entry(
                            "taint-eviction-controller",
                            "node-controller",
                            TaintEvictionController::new),
                    new Entry(
                            "pod-garbage-collector-controller",
                            "pod-garbage-collector",
                            PodGarbageCollector::new),
                    new Entry(
                            "garbage-collector-controller",
                            "generic-garbage-collector",
                            GarbageCollector::new),
                    new Entry(
                            "endpointslice-controller",
                            "endpointslice-controller",
                            EndpointSliceController::new),
                    new Entry(
                            "endpoints-controller",
                            "endpoint-controller",
                            EndpointsController::new),
                    new Entry(
                            "deployment-controller",
                            "deployment-controller",
                            DeploymentController::new),
                    new Entry(
                            "statefulset-controller",
                            "statefulset-controller",
                            StatefulSetController::new),
                    new Entry(
                            "daemonset-controller",
                            "daemon-set-controller",
                            DaemonSetController::new),
                    new Entry("cronjob-controller", "cronjob-controller", CronJobController::new),
                    new Entry(
                            "ttl-after-finished-controller",
                            "ttl-after-finished-controller",
                            TtlAfterFinishedController::new),
                    new Entry("job-controller", "job-controller", JobController::new),
                    new Entry(
                            "replicaset-controller",
                            "replicaset-controller",
                            ReplicaSetController::of),
                    new Entry(
                            "disruption-controller",
                            "disruption-controller",
                            DisruptionController::new),
                    new Entry(
                            "resourcequota-controller",
                            "resourcequota-controller",
                            ResourceQuotaController::new),
                    new Entry(
                            "persistentvolumeclaim-protection-controller",
                            "pvc-protection-controller",
                            ClaimProtectionController::new),
                    new Entry(
                            "persistentvolume-protection-controller",
                            "pv-protection-controller",
                            VolumeProtectionController::new),
                    new Entry(
                            "persistentvolume-binder-controller",
                            "persistent-volume-binder",
                            VolumeBinderController::new),
                    new Entry(
                            "ephemeral-volume-controller",
                            "ephemeral-volume-controller",
                            EphemeralVolumeController::new),
                    new Entry(
                            "certificatesigningrequest-approving-controller",
                            "certificate-controller",
                            CertificateApprovingController::new),
                    new Entry(
                            "certificatesigningrequest-signing-controller",
                            "certificate-controller",
                            CertificateSigningController::new),
                    new Entry(
                            "certificatesigningrequest-cleaner-controller",
                            "certificate-controller",
                            CertificateCleanerController::of),
                    new Entry(
                            "kubelet-serving-approving-controller",
                            "kubelet-serving-approver",
                            KubeletServingApprovingController::new),
                    new Entry(
                            "bootstrap-signer-controller",
                            "bootstrap-signer",
                            BootstrapSignerController::new),
                    new Entry(
                            "token-cleaner-controller",
                            "token-cleaner",
                            TokenCleanerController::of),
                    new Entry(
                            "resourceclaim-controller",
                            "resource-claim-controller",
                            ResourceClaimController::new),
                    new Entry("cluster-dns-controller", "cluster-dns", ClusterDnsController::new),
                    new Entry("ttl-controller", "ttl-controller", NodeTtlController::new),
                    new Entry(
                            "endpointslice-mirroring-controller",
                            "endpointslicemirroring-controller",
                            EndpointSliceMirroringController::new),
                    new Entry(
                            "replicationcontroller-controller",
                            "replication-controller",
                            ReplicationControllerController::of));

    private Controllers() {}

    public static List<Entry> all() {
        return ALL;
    }
}
