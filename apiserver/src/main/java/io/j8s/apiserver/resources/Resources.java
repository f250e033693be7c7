package io.j8s.apiserver.resources;

import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.admissionregistration.MutatingAdmissionPolicies;
import io.j8s.apiserver.resources.admissionregistration.PolicyBindings;
import io.j8s.apiserver.resources.admissionregistration.ValidatingAdmissionPolicies;
import io.j8s.apiserver.resources.admissionregistration.WebhookConfigurations;
import io.j8s.apiserver.resources.apiregistration.ApiServices;
import io.j8s.apiserver.resources.apps.ControllerRevisions;
import io.j8s.apiserver.resources.apps.DaemonSets;
import io.j8s.apiserver.resources.apps.Deployments;
import io.j8s.apiserver.resources.apps.ReplicaSets;
import io.j8s.apiserver.resources.apps.StatefulSets;
import io.j8s.apiserver.resources.autoscaling.HorizontalPodAutoscalers;
import io.j8s.apiserver.resources.batch.CronJobs;
import io.j8s.apiserver.resources.batch.Jobs;
import io.j8s.apiserver.resources.certificates.CertificateSigningRequests;
import io.j8s.apiserver.resources.certificates.ClusterTrustBundles;
import io.j8s.apiserver.resources.certificates.PodCertificateRequests;
import io.j8s.apiserver.resources.coordination.Leases;
import io.j8s.apiserver.resources.core.ConfigMaps;
import io.j8s.apiserver.resources.core.EndpointsKind;
import io.j8s.apiserver.resources.core.Events;
import io.j8s.apiserver.resources.core.LimitRanges;
import io.j8s.apiserver.resources.core.Namespaces;
import io.j8s.apiserver.resources.core.Nodes;
import io.j8s.apiserver.resources.core.PersistentVolumeClaims;
import io.j8s.apiserver.resources.core.PersistentVolumes;
import io.j8s.apiserver.resources.core.PodTemplateKind;
import io.j8s.apiserver.resources.core.Pods;
import io.j8s.apiserver.resources.core.ReplicationControllers;
import io.j8s.apiserver.resources.core.ResourceQuotas;
import io.j8s.apiserver.resources.core.Secrets;
import io.j8s.apiserver.resources.core.ServiceAccounts;
import io.j8s.apiserver.resources.core.Services;
import io.j8s.apiserver.resources.discovery.EndpointSlices;
import io.j8s.apiserver.resources.flowcontrol.FlowSchemas;
import io.j8s.apiserver.resources.flowcontrol.PriorityLevels;
import io.j8s.apiserver.resources.networking.IngressClasses;
import io.j8s.apiserver.resources.networking.Ingresses;
import io.j8s.apiserver.resources.networking.IpAddresses;
import io.j8s.apiserver.resources.networking.NetworkPolicies;
import io.j8s.apiserver.resources.networking.ServiceCidrs;
import io.j8s.apiserver.resources.node.RuntimeClasses;
import io.j8s.apiserver.resources.policy.PodDisruptionBudgets;
import io.j8s.apiserver.resources.rbac.ClusterRoleBindings;
import io.j8s.apiserver.resources.rbac.ClusterRoles;
import io.j8s.apiserver.resources.rbac.RoleBindings;
import io.j8s.apiserver.resources.rbac.Roles;
import io.j8s.apiserver.resources.resource.DeviceClasses;
import io.j8s.apiserver.resources.resource.DeviceTaintRules;
import io.j8s.apiserver.resources.resource.ResourceClaimTemplates;
import io.j8s.apiserver.resources.resource.ResourceClaims;
import io.j8s.apiserver.resources.resource.ResourceSlices;
import io.j8s.apiserver.resources.scheduling.PriorityClasses;
import io.j8s.apiserver.resources.storage.CsiDrivers;
import io.j8s.apiserver.resources.storage.CsiNodes;
import io.j8s.apiserver.resources.storage.CsiStorageCapacities;
import io.j8s.apiserver.resources.storage.StorageClasses;
import io.j8s.apiserver.resources.storage.VolumeAttachments;
import io.j8s.apiserver.resources.storage.VolumeAttributesClasses;

import java.util.List;

/// The list of all kinds with rules of their own. A kind that is not here is served by the fact
/// table and the generic rules alone.
public final class Resources {

    private Resources() {}

    public static List<ResourceStrategy<?>> all() {
        return List.of(
                new MutatingAdmissionPolicies(),
                PolicyBindings.mutating(),
                WebhookConfigurations.mutating(),
                new ValidatingAdmissionPolicies(),
                PolicyBindings.validating(),
                WebhookConfigurations.validating(),
                new ControllerRevisions(),
                new DaemonSets(),
                new Deployments(),
                new ReplicaSets(),
                new StatefulSets(),
                new HorizontalPodAutoscalers(),
                new CertificateSigningRequests(),
                new ClusterTrustBundles(),
                new PodCertificateRequests(),
                new CronJobs(),
                new Jobs(),
                new Leases(),
                new ConfigMaps(),
                new EndpointsKind(),
                new Events(),
                new LimitRanges(),
                new Namespaces(),
                new Nodes(),
                new PersistentVolumeClaims(),
                new PersistentVolumes(),
                new PodTemplateKind(),
                new Pods(),
                new ReplicationControllers(),
                new ResourceQuotas(),
                new Secrets(),
                new ServiceAccounts(),
                new Services(),
                new EndpointSlices(),
                new FlowSchemas(),
                new PriorityLevels(),
                new ApiServices(),
                new IngressClasses(),
                new Ingresses(),
                new IpAddresses(),
                new NetworkPolicies(),
                new ServiceCidrs(),
                new RuntimeClasses(),
                new PodDisruptionBudgets(),
                new ClusterRoleBindings(),
                new ClusterRoles(),
                new RoleBindings(),
                new Roles(),
                new DeviceClasses(),
                new DeviceTaintRules(),
                new ResourceClaimTemplates(),
                new ResourceClaims(),
                new ResourceSlices(),
                new PriorityClasses(),
                new CsiDrivers(),
                new CsiNodes(),
                new CsiStorageCapacities(),
                new StorageClasses(),
                new VolumeAttachments(),
                new VolumeAttributesClasses());
    }
}
