package io.j8s.nodeagent.api;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.certificates.v1.ClusterTrustBundle;
import io.fabric8.kubernetes.api.model.certificates.v1.PodCertificateRequest;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The few calls that the agent makes to the API server. All of them block and throw the client's
/// own exception when the server refuses or is away.
public interface ClusterApi {

    Optional<Node> node(String name);

    Node createNode(Node node);

    /// Strategic merge patch of metadata and spec, and of the status.
    Node patchNode(String name, Map<String, Object> patch);

    Node patchNodeStatus(String name, Map<String, Object> patch);

    Optional<Lease> lease(String name);

    Lease createLease(Lease lease);

    Lease updateLease(Lease lease);

    /// Calls the listener for every pod bound to the node, and again for every change, from one
    /// thread. Returns at once; closing ends it.
    AutoCloseable watchPods(String nodeName, PodListener listener);

    Pod createPod(Pod pod);

    /// Strategic merge patch.
    ///
    /// @return false when the pod is gone
    boolean patchPodStatus(ObjectKey key, Map<String, Object> patch);

    /// Removes a pod at once, if it still is the one with this uid.
    void deletePod(ObjectKey key, String uid);

    Optional<ConfigMap> configMap(ObjectKey key);

    Optional<Secret> secret(ObjectKey key);

    Optional<ServiceAccount> serviceAccount(ObjectKey key);

    Optional<PersistentVolumeClaim> claim(ObjectKey key);

    Optional<PersistentVolume> persistentVolume(String name);

    /// The handler that a RuntimeClass names.
    Optional<String> runtimeHandler(String runtimeClass);

    Optional<ResourceClaim> resourceClaim(ObjectKey key);

    TokenRequest createToken(ObjectKey serviceAccount, TokenRequest request);

    List<Service> services(String namespace);

    Optional<ClusterTrustBundle> clusterTrustBundle(String name);

    /// Those of one signer.
    List<ClusterTrustBundle> clusterTrustBundles(String signer);

    Optional<PodCertificateRequest> podCertificateRequest(ObjectKey key);

    PodCertificateRequest createPodCertificateRequest(PodCertificateRequest request);

    void createEvent(Event event);

    void patchEvent(ObjectKey key, Map<String, Object> patch);

    TokenReview review(TokenReview review);

    SubjectAccessReview review(SubjectAccessReview review);

    /// What [#watchPods] reports.
    interface PodListener {
        void changed(Pod pod);

        void deleted(Pod pod);

        /// All pods that existed when the watch began have been reported.
        void synced();
    }
}
