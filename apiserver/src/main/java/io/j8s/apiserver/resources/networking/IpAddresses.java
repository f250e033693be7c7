package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.IPAddress;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

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
