package io.j8s.apiserver.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.plugins.podsecurity.PodSecurity;

import org.junit.jupiter.api.Test;

class PodSecurityTest {

    private final FakeLookup lookup = new FakeLookup();
    private final PodSecurity plugin = new PodSecurity(lookup);

    private void namespace(String labels) {
        lookup.put(
                "namespaces",
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop, labels: %s}
                """
                        .formatted(labels));
    }

    private String refusal(String spec) {
        return Asked.refusal(plugin, Asked.create("pods", Asked.pod(spec)));
    }

    @Test
    void restrictedNamesEverythingMissing() {
        namespace("{pod-security.kubernetes.io/enforce: restricted}");
        assertThat(refusal("{containers: [{name: web}]}"))
                .isEqualTo(
                        "pods \"web\" is forbidden: violates PodSecurity \"restricted:latest\":"
                            + " allowPrivilegeEscalation != false (container \"web\" must set"
                            + " securityContext.allowPrivilegeEscalation=false), unrestricted"
                            + " capabilities (container \"web\" must set"
                            + " securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true"
                            + " (pod or container \"web\" must set"
                            + " securityContext.runAsNonRoot=true), seccompProfile (pod or"
                            + " container \"web\" must set securityContext.seccompProfile.type to"
                            + " \"RuntimeDefault\" or \"Localhost\")");
        assertThat(
                        refusal(
                                "{securityContext: {runAsNonRoot: true, seccompProfile: {type:"
                                    + " RuntimeDefault}}, containers: [{name: web, securityContext:"
                                    + " {allowPrivilegeEscalation: false, capabilities: {drop:"
                                    + " [ALL]}}}], volumes: [{name: v, emptyDir: {}}]}"))
                .isEmpty();
    }

    @Test
    void baselineKeepsEscalationsOut() {
        namespace(
                "{pod-security.kubernetes.io/enforce: baseline,"
                        + " pod-security.kubernetes.io/enforce-version: v1.30}");
        assertThat(refusal("{containers: [{name: web}]}")).isEmpty();
        assertThat(
                        refusal(
                                "{hostNetwork: true, hostPID: true, containers: [{name: a, ports:"
                                    + " [{containerPort: 80, hostPort: 80}], securityContext:"
                                    + " {privileged: true, capabilities: {add: [NET_ADMIN,"
                                    + " CHOWN]}}}, {name: b, securityContext: {privileged: true}}],"
                                    + " volumes: [{name: h, hostPath: {path: /}}]}"))
                .isEqualTo(
                        "pods \"web\" is forbidden: violates PodSecurity \"baseline:v1.30\":"
                                + " non-default capabilities (container \"a\" must not include"
                                + " \"NET_ADMIN\" in securityContext.capabilities.add), host"
                                + " namespaces (hostNetwork=true, hostPID=true), hostPath volumes"
                                + " (volume \"h\"), hostPort (container \"a\" uses hostPort 80),"
                                + " privileged (containers \"a\", \"b\" must not set"
                                + " securityContext.privileged=true)");
    }

    @Test
    void templatesOnlyWarn() {
        namespace("{pod-security.kubernetes.io/warn: baseline}");
        var deployment =
                FakeLookup.tree(
                        """
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: d, namespace: shop}
                        spec: {template: {spec: {hostIPC: true, containers: [{name: a}]}}}
                        """);
        assertThat(Asked.warnings(plugin, Asked.create("deployments.apps", deployment)))
                .containsExactly(
                        "would violate PodSecurity \"baseline:latest\": host namespaces"
                                + " (hostIPC=true)");
    }

    @Test
    void labelsMustBeReadable() {
        var namespace =
                FakeLookup.tree(
                        """
                        apiVersion: v1
                        kind: Namespace
                        metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: strict}}
                        """);
        assertThat(Asked.refusal(plugin, Asked.create("namespaces", namespace)))
                .isEqualTo(
                        "Namespace \"shop\" is invalid:"
                                + " metadata.labels[pod-security.kubernetes.io/enforce]: Invalid"
                                + " value: \"strict\": must be one of privileged, baseline,"
                                + " restricted");
    }

    @Test
    void stricterNamespaceTellsOfItsPods() {
        lookup.put("pods", Asked.pod("{hostPID: true, containers: []}"));
        var old = FakeLookup.tree("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
        var now =
                FakeLookup.tree(
                        """
                        apiVersion: v1
                        kind: Namespace
                        metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}
                        """);
        assertThat(Asked.warnings(plugin, Asked.update("namespaces", now, old)))
                .containsExactly(
                        "existing pods in namespace \"shop\" violate the new PodSecurity enforce"
                                + " level \"baseline:latest\"",
                        "web: host namespaces");
    }
}
