package io.j8s.apiserver.plugins;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.StandingTimers;
import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.Statuses;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// A request as plugins see it, and what they make of it.
final class Asked {

    static final UserInfo JANE = UserInfo.component("jane");

    private Asked() {}

    static AdmissionAttributes create(String resource, Tree object) {
        return of(Operation.CREATE, resource, "", object, null, JANE);
    }

    static AdmissionAttributes create(String resource, String yaml) {
        return create(resource, FakeLookup.tree(yaml));
    }

    static AdmissionAttributes update(String resource, Tree object, Tree old) {
        return of(Operation.UPDATE, resource, "", object, old, JANE);
    }

    static AdmissionAttributes of(
            Operation operation,
            String resource,
            String subresource,
            @Nullable Tree object,
            @Nullable Tree old,
            UserInfo user) {
        int dot = resource.indexOf('.');
        var group =
                dot < 0
                        ? new GroupResource("", resource)
                        : new GroupResource(
                                resource.substring(dot + 1), resource.substring(0, dot));
        var named = object == null ? old : object;
        if (named == null) {
            throw new IllegalArgumentException("an object is needed for its name");
        }
        var key =
                new ObjectKey(
                        named.string("metadata.namespace", ""), named.string("metadata.name", ""));
        var info =
                new RequestInfo(
                        true,
                        "",
                        operation.name(),
                        group.group(),
                        "v1",
                        key.namespace(),
                        group.resource(),
                        subresource,
                        key.name(),
                        "");
        return new AdmissionAttributes(
                new RequestContext(
                        "a", info, user, "", new StandingTimers().deadline(Duration.ofMinutes(1))),
                operation,
                new GroupVersionResource(group.group(), "v1", group.resource()),
                new GroupVersionKind(group.group(), "v1", named.string("kind", "")),
                subresource,
                key,
                object,
                old,
                null,
                false);
    }

    /// The message of the refusal; empty when the plugin lets it pass.
    static String refusal(AdmissionPlugin plugin, AdmissionAttributes attributes) {
        try {
            if (plugin.handles(attributes)) {
                plugin.mutate(attributes);
                plugin.validate(attributes);
            }
            return "";
        } catch (ApiException e) {
            return String.valueOf(Statuses.of(e.error()).message());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> warnings(AdmissionPlugin plugin, AdmissionAttributes attributes) {
        refusal(plugin, attributes);
        return attributes.context().warnings();
    }

    static Tree pod(String spec) {
        return FakeLookup.tree(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: shop}
                spec: %s
                """
                        .formatted(spec));
    }
}
