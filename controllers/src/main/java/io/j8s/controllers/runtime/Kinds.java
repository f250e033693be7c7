package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.APIService;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequest;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaimTemplate;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.fabric8.kubernetes.api.model.storage.CSIStorageCapacity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;

import java.util.List;

/// The built-in resources that controllers read as typed objects.
public final class Kinds {

    public static final Kind<ConfigMap> CONFIG_MAPS =
            Kind.namespaced(ConfigMap.class, "", "v1", "configmaps", "ConfigMap");
    public static final Kind<Endpoints> ENDPOINTS =
            Kind.namespaced(Endpoints.class, "", "v1", "endpoints", "Endpoints");
    public static final Kind<Event> EVENTS =
            Kind.namespaced(Event.class, "", "v1", "events", "Event");
    public static final Kind<Namespace> NAMESPACES =
            Kind.cluster(Namespace.class, "", "v1", "namespaces", "Namespace");
    public static final Kind<Node> NODES = Kind.cluster(Node.class, "", "v1", "nodes", "Node");
    public static final Kind<PersistentVolume> PERSISTENT_VOLUMES =
            Kind.cluster(PersistentVolume.class, "", "v1", "persistentvolumes", "PersistentVolume");
    public static final Kind<PersistentVolumeClaim> CLAIMS =
            Kind.namespaced(
                    PersistentVolumeClaim.class,
                    "",
                    "v1",
                    "persistentvolumeclaims",
                    "PersistentVolumeClaim");
    public static final Kind<Pod> PODS = Kind.namespaced(Pod.class, "", "v1", "pods", "Pod");
    public static final Kind<ReplicationController> REPLICATION_CONTROLLERS =
            Kind.namespaced(
                    ReplicationController.class,
                    "",
                    "v1",
                    "replicationcontrollers",
                    "ReplicationController");
    public static final Kind<ResourceQuota> RESOURCE_QUOTAS =
            Kind.namespaced(ResourceQuota.class, "", "v1", "resourcequotas", "ResourceQuota");
    public static final Kind<Secret> SECRETS =
            Kind.namespaced(Secret.class, "", "v1", "secrets", "Secret");
    public static final Kind<Service> SERVICES =
            Kind.namespaced(Service.class, "", "v1", "services", "Service");
    public static final Kind<ServiceAccount> SERVICE_ACCOUNTS =
            Kind.namespaced(ServiceAccount.class, "", "v1", "serviceaccounts", "ServiceAccount");
    public static final Kind<ControllerRevision> CONTROLLER_REVISIONS =
            Kind.namespaced(
                    ControllerRevision.class,
                    "apps",
                    "v1",
                    "controllerrevisions",
                    "ControllerRevision");
    public static final Kind<DaemonSet> DAEMON_SETS =
            Kind.namespaced(DaemonSet.class, "apps", "v1", "daemonsets", "DaemonSet");
    public static final Kind<Deployment> DEPLOYMENTS =
            Kind.namespaced(Deployment.class, "apps", "v1", "deployments", "Deployment");
    public static final Kind<ReplicaSet> REPLICA_SETS =
            Kind.namespaced(ReplicaSet.class, "apps", "v1", "replicasets", "ReplicaSet");
    public static final Kind<StatefulSet> STATEFUL_SETS =
            Kind.namespaced(StatefulSet.class, "apps", "v1", "statefulsets", "StatefulSet");
    public static final Kind<CronJob> CRON_JOBS =
            Kind.namespaced(CronJob.class, "batch", "v1", "cronjobs", "CronJob");
    public static final Kind<Job> JOBS = Kind.namespaced(Job.class, "batch", "v1", "jobs", "Job");
    public static final Kind<Lease> LEASES =
            Kind.namespaced(Lease.class, "coordination.k8s.io", "v1", "leases", "Lease");
    public static final Kind<EndpointSlice> ENDPOINT_SLICES =
            Kind.namespaced(
                    EndpointSlice.class,
                    "discovery.k8s.io",
                    "v1",
                    "endpointslices",
                    "EndpointSlice");
    public static final Kind<PodDisruptionBudget> DISRUPTION_BUDGETS =
            Kind.namespaced(
                    PodDisruptionBudget.class,
                    "policy",
                    "v1",
                    "poddisruptionbudgets",
                    "PodDisruptionBudget");
    public static final Kind<CertificateSigningRequest> CERTIFICATE_REQUESTS =
            Kind.cluster(
                    CertificateSigningRequest.class,
                    "certificates.k8s.io",
                    "v1",
                    "certificatesigningrequests",
                    "CertificateSigningRequest");
    public static final Kind<SubjectAccessReview> ACCESS_REVIEWS =
            Kind.cluster(
                    SubjectAccessReview.class,
                    "authorization.k8s.io",
                    "v1",
                    "subjectaccessreviews",
                    "SubjectAccessReview");
    public static final Kind<ClusterRole> CLUSTER_ROLES =
            Kind.cluster(
                    ClusterRole.class,
                    "rbac.authorization.k8s.io",
                    "v1",
                    "clusterroles",
                    "ClusterRole");
    public static final Kind<StorageClass> STORAGE_CLASSES =
            Kind.cluster(
                    StorageClass.class, "storage.k8s.io", "v1", "storageclasses", "StorageClass");
    public static final Kind<CSINode> CSI_NODES =
            Kind.cluster(CSINode.class, "storage.k8s.io", "v1", "csinodes", "CSINode");
    public static final Kind<CSIDriver> CSI_DRIVERS =
            Kind.cluster(CSIDriver.class, "storage.k8s.io", "v1", "csidrivers", "CSIDriver");
    public static final Kind<CSIStorageCapacity> CSI_CAPACITIES =
            Kind.namespaced(
                    CSIStorageCapacity.class,
                    "storage.k8s.io",
                    "v1",
                    "csistoragecapacities",
                    "CSIStorageCapacity");
    public static final Kind<VolumeAttachment> VOLUME_ATTACHMENTS =
            Kind.cluster(
                    VolumeAttachment.class,
                    "storage.k8s.io",
                    "v1",
                    "volumeattachments",
                    "VolumeAttachment");
    public static final Kind<ResourceClaim> RESOURCE_CLAIMS =
            Kind.namespaced(
                    ResourceClaim.class,
                    "resource.k8s.io",
                    "v1",
                    "resourceclaims",
                    "ResourceClaim");
    public static final Kind<ResourceClaimTemplate> RESOURCE_CLAIM_TEMPLATES =
            Kind.namespaced(
                    ResourceClaimTemplate.class,
                    "resource.k8s.io",
                    "v1",
                    "resourceclaimtemplates",
                    "ResourceClaimTemplate");
    public static final Kind<DeviceClass> DEVICE_CLASSES =
            Kind.cluster(
                    DeviceClass.class, "resource.k8s.io", "v1", "deviceclasses", "DeviceClass");
    public static final Kind<APIService> API_SERVICES =
            Kind.cluster(
                    APIService.class, "apiregistration.k8s.io", "v1", "apiservices", "APIService");

    /// Read as a tree, because fabric8's class for schemas refuses unknown fields.
    public static final Kind<GenericKubernetesResource> CUSTOM_RESOURCE_DEFINITIONS =
            Kind.cluster(
                    GenericKubernetesResource.class,
                    "apiextensions.k8s.io",
                    "v1",
                    "customresourcedefinitions",
                    "CustomResourceDefinition");

    /// Every kind above: who asks for one of these by name shares its typed informer.
    public static final List<Kind<?>> ALL =
            List.of(
                    CONFIG_MAPS,
                    ENDPOINTS,
                    NAMESPACES,
                    NODES,
                    PERSISTENT_VOLUMES,
                    CLAIMS,
                    PODS,
                    REPLICATION_CONTROLLERS,
                    RESOURCE_QUOTAS,
                    SERVICES,
                    SERVICE_ACCOUNTS,
                    CONTROLLER_REVISIONS,
                    DAEMON_SETS,
                    DEPLOYMENTS,
                    REPLICA_SETS,
                    STATEFUL_SETS,
                    CRON_JOBS,
                    JOBS,
                    LEASES,
                    ENDPOINT_SLICES,
                    DISRUPTION_BUDGETS,
                    CERTIFICATE_REQUESTS,
                    CLUSTER_ROLES,
                    STORAGE_CLASSES,
                    CSI_NODES,
                    CSI_DRIVERS,
                    CSI_CAPACITIES,
                    VOLUME_ATTACHMENTS,
                    RESOURCE_CLAIMS,
                    RESOURCE_CLAIM_TEMPLATES,
                    DEVICE_CLASSES,
                    API_SERVICES,
                    CUSTOM_RESOURCE_DEFINITIONS);

    private Kinds() {}
}
