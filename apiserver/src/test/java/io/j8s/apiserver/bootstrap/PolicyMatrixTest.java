package io.j8s.apiserver.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.FakeWriter;
import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.access.rbac.RbacAuthorizer;
import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/// Who may do what in a cluster that has only the bootstrap policy.
class PolicyMatrixTest {

    private static final FakeLookup LOOKUP = new FakeLookup();
    private static final RbacAuthorizer RBAC = new RbacAuthorizer(new Grants(LOOKUP));

    @BeforeAll
    static void apply() throws Exception {
        var ensure = new Ensure(LOOKUP, new FakeWriter(LOOKUP), FakeLookup.SCHEMA);
        for (var task : new RbacReconciliation(ensure).tasks(BootstrapPolicy.load())) {
            task.run();
        }
    }

    private static UserInfo user(String name) {
        if (name.equals(UserInfo.ANONYMOUS)) {
            return UserInfo.anonymous();
        }
        if (name.startsWith("sa:")) {
            var parts = List.of(name.split(":", -1));
            return UserInfo.serviceAccount(parts.get(1), parts.get(2), "");
        }
        return name.startsWith("group:")
                ? UserInfo.component("x", name.substring("group:".length()))
                : UserInfo.component(name);
    }

    @ParameterizedTest
    @CsvSource({
        "group:system:masters, delete, '', nodes, '', true",
        "jane, get, '', pods, default, false",
        "jane, create, authorization.k8s.io, selfsubjectaccessreviews, '', true",
        "jane, create, authentication.k8s.io, selfsubjectreviews, '', true",
        "jane, create, authorization.k8s.io, subjectaccessreviews, '', false",
        "system:anonymous, create, authorization.k8s.io, selfsubjectaccessreviews, '', false",
        "system:kube-scheduler, create, '', pods/binding, default, true",
        "system:kube-scheduler, update, '', pods/status, default, true",
        "system:kube-scheduler, list, storage.k8s.io, storageclasses, '', true",
        "system:kube-scheduler, delete, '', nodes, '', false",
        "system:kube-scheduler, create, events.k8s.io, events, default, true",
        "system:kube-controller-manager, watch, apps, deployments, '', true",
        "system:kube-controller-manager, create, '', serviceaccounts/token, kube-system, true",
        "system:kube-controller-manager, delete, '', pods, default, false",
        "system:kube-proxy, watch, discovery.k8s.io, endpointslices, '', true",
        "sa:kube-system:replicaset-controller, create, '', pods, default, true",
        "sa:kube-system:replicaset-controller, create, '', secrets, default, false",
        "sa:kube-system:generic-garbage-collector, delete, example.org, widgets, default, true",
        "sa:kube-system:horizontal-pod-autoscaler, update, apps, deployments/scale, default, true",
        "sa:kube-system:horizontal-pod-autoscaler, update, apps, deployments, default, false",
        "sa:kube-system:endpoint-controller, create, '', endpoints/restricted, default, true",
        "sa:default:replicaset-controller, create, '', pods, default, false",
        "sa:kube-system:bootstrap-signer, get, '', secrets, kube-system, true",
        "sa:kube-system:bootstrap-signer, get, '', secrets, default, false",
        "sa:kube-system:token-cleaner, delete, '', secrets, kube-system, true",
        "group:system:bootstrappers:kubeadm:default-node-token, create, certificates.k8s.io,"
                + " certificatesigningrequests, '', true",
    })
    void resources(
            String who,
            String verb,
            String group,
            String resource,
            String namespace,
            boolean allowed) {
        int slash = resource.indexOf('/');
        var info =
                new RequestInfo(
                        true,
                        "",
                        verb,
                        group,
                        "v1",
                        namespace,
                        slash < 0 ? resource : resource.substring(0, slash),
                        slash < 0 ? "" : resource.substring(slash + 1),
                        "",
                        "");
        assertThat(RBAC.authorize(user(who), info) instanceof Decision.Allowed).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "system:anonymous, /healthz, true",
        "system:anonymous, /version, true",
        "system:anonymous, /readyz, true",
        "system:anonymous, /api, false",
        "system:anonymous, /metrics, false",
        "jane, /api/v1, true",
        "jane, /openapi/v3, true",
        "jane, /metrics, false",
        "jane, /openid/v1/jwks, false",
        "sa:default:default, /openid/v1/jwks, true",
        "group:system:monitoring, /metrics, true",
    })
    void paths(String who, String path, boolean allowed) {
        var info = new RequestInfo(false, path, "get", "", "", "", "", "", "", "");
        assertThat(RBAC.authorize(user(who), info) instanceof Decision.Allowed).isEqualTo(allowed);
    }
}
