package io.j8s.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import io.j8s.apiserver.schema.FieldSchema.ListType;
import io.j8s.apiserver.schema.StorageTable.Encoding;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;

import org.junit.jupiter.api.Test;

final class SchemaTest {

    private final Schema schema = Schema.load();

    @Test
    void everyTypeCanBeRead() {
        assertThat(schema.all()).hasSizeGreaterThan(1200);
        for (var type : schema.all()) {
            for (int i = 0; i < type.fields().size(); i++) {
                assertThat(type.index(type.fields().get(i).name())).isEqualTo(i);
            }
        }
    }

    @Test
    void fieldsStateTheirFacts() {
        var container = schema.type("io.k8s.api.core.v1.Container");
        var ports = requireNonNull(container.field("ports"));
        assertThat(ports.patchMergeKey()).isEqualTo("containerPort");
        assertThat(ports.mergeOnPatch()).isTrue();
        assertThat(ports.listType()).isEqualTo(ListType.MAP);
        assertThat(ports.listKeys()).containsExactly("containerPort", "protocol");
        assertThat(ports.struct()).isEqualTo(schema.type("io.k8s.api.core.v1.ContainerPort"));
        var protocol =
                requireNonNull(schema.type("io.k8s.api.core.v1.ContainerPort").field("protocol"));
        assertThat(protocol.defaultValue()).isEqualTo("TCP");
        assertThat(protocol.enumValues()).containsExactly("SCTP", "TCP", "UDP");
        assertThat(protocol.goType()).isEqualTo("v1.Protocol");
        // inlined in JSON, declared elsewhere
        var hostPath = requireNonNull(schema.type("io.k8s.api.core.v1.Volume").field("hostPath"));
        assertThat(hostPath.declaringType()).isEqualTo("io.k8s.api.core.v1.VolumeSource");
    }

    @Test
    void everyServedResourceHasATypeAndAPlaceInStorage() {
        for (var group : schema.api().groups()) {
            for (var version : group.versions()) {
                for (var resource : version.resources()) {
                    if (!resource.type().isEmpty()) {
                        assertThat(schema.find(resource.type())).as(resource.name()).isNotNull();
                    }
                }
            }
        }
        var deployments = requireNonNull(schema.api().resource("apps", "v1", "deployments"));
        assertThat(deployments.shortNames()).containsExactly("deploy");
        assertThat(deployments.namespaced()).isTrue();
        var services = requireNonNull(schema.storage().find(new GroupResource("", "services")));
        assertThat(services.prefix()).isEqualTo("/registry/services/specs");
        var crds =
                requireNonNull(
                        schema.storage()
                                .find(
                                        new GroupResource(
                                                "apiextensions.k8s.io",
                                                "customresourcedefinitions")));
        assertThat(crds.encoding()).isEqualTo(Encoding.JSON);
        assertThat(schema.operations().all()).hasSizeGreaterThan(900);
    }

    @Test
    void kindsAreFoundByGroupVersionAndKind() {
        assertThat(schema.type(new GroupVersionKind("", "v1", "Pod")).name())
                .isEqualTo("io.k8s.api.core.v1.Pod");
        assertThat(schema.find(new GroupVersionKind("", "v2", "Pod"))).isNull();
        assertThat(schema.objectMeta().alphabetical().fields().getFirst().name())
                .isEqualTo("annotations");
    }
}
