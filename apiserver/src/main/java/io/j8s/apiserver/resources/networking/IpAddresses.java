package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.IPAddress;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/// Everything the API server knows about `networking.k8s.io/v1 IPAddress`.
public final class IpAddresses implements ResourceStrategy<IPAddress> {

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "IPAddress", "ipaddresses");
    }

    @Override
    public Class<IPAddress> view() {
        return IPAddress.class;
    }

    @Override
    public NameRule nameRule() {
        return NameRule.IP_ADDRESS;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        At parent = root.at("spec.parentRef");
        if (parent == null) {
            root.later().required("spec.parentRef");
            return;
        }
        if (!parent.string("group").isEmpty()) {
            parent.dnsSubdomain("group");
        }
        for (String field : List.of("resource", "name")) {
            if (parent.later().present(field)) {
                parent.all(field, NameRules.pathSegment(parent.string(field)));
            }
        }
        if (!parent.string("namespace").isEmpty()) {
            parent.all("namespace", NameRules.pathSegment(parent.string("namespace")));
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
        At.root(tree, errors).later().unchanged("spec.parentRef", oldTree);
    }

    @Override
    public List<Column<IPAddress>> columns() {
        return List.of(Column.text("ParentRef", "Who holds the address", IpAddresses::parent));
    }

    private static String parent(IPAddress address) {
        var parent = address.getSpec().getParentRef();
        if (parent == null) {
            return "<none>";
        }
        String group = orEmpty(parent.getGroup());
        String namespace = orEmpty(parent.getNamespace());
        String resource = orEmpty(parent.getResource()) + (group.isEmpty() ? "" : "." + group);
        return resource.toLowerCase(Locale.ROOT)
                + (namespace.isEmpty() ? "" : "/" + namespace)
                + "/"
                + orEmpty(parent.getName());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
