package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;

import java.util.List;

/// Everything the API server knows about `networking.k8s.io/v1 ServiceCIDR`.
public final class ServiceCidrs implements ResourceStrategy<ServiceCIDR> {

    private static final int FAMILIES = 2;

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "ServiceCIDR", "servicecidrs");
    }

    @Override
    public Class<ServiceCIDR> view() {
        return ServiceCIDR.class;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(spec);
        }
    }

    private static void spec(At spec) {
        var cidrs = spec.strings("cidrs");
        if (cidrs.isEmpty()) {
            spec.required("cidrs", "at least one CIDR required");
            return;
        }
        if (cidrs.size() > FAMILIES) {
            spec.invalidShowingAll("cidrs", "may only hold up to 2 values");
            return;
        }
        for (int i = 0; i < cidrs.size(); i++) {
            spec.all("cidrs[" + i + "]", cidrs.get(i), IpRules.cidr(cidrs.get(i)));
        }
        if (cidrs.size() == FAMILIES) {
            var first = IpRules.parseCidr(cidrs.get(0));
            var second = IpRules.parseCidr(cidrs.get(1));
            if (first.isPresent()
                    && second.isPresent()
                    && first.get().isIpv6() == second.get().isIpv6()) {
                spec.invalid(
                        "cidrs",
                        "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and"
                                + " 2001:db8::/64");
            }
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        var now = tree.strings("spec.cidrs");
        var before = oldTree.strings("spec.cidrs");
        if (now.size() == before.size()) {
            for (int i = 0; i < now.size(); i++) {
                same(root, i, now, before);
            }
        } else if (before.size() == 1 && now.size() == FAMILIES) {
            // a second family may be added
            same(root, 0, now, before);
            if (root.at("spec") instanceof At spec) {
                spec(spec);
            }
        } else {
            root.invalid("spec.cidrs", At.IMMUTABLE);
        }
    }

    private static void same(At root, int index, List<String> now, List<String> before) {
        if (!now.get(index).equals(before.get(index))) {
            root.invalid("spec.cidrs[" + index + "]", now.get(index), At.IMMUTABLE);
        }
    }

    @Override
    public List<Column<ServiceCIDR>> columns() {
        return List.of(
                Column.text(
                        "CIDRs",
                        "Ranges that Services get their addresses from",
                        range -> String.join(",", range.getSpec().getCidrs())),
                Column.age());
    }
}
