package io.j8s.apiserver.plugins;

import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.plugins.podsecurity.PodSecurity;
import io.j8s.apiserver.plugins.quota.ResourceQuotaPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.registry.Writer;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.timers.Timers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The plugins in upstream's order (`kubeapiserver/options/plugins.go`).
public final class Admission {

    private static final Set<String> OFF_BY_DEFAULT =
            Set.of("OwnerReferencesPermissionEnforcement");

    private Admission() {}

    /// What plugins need.
    ///
    /// @param self the API server's own identity, for quota's writes
    public record Parts(
            Lookup lookup,
            Writer writer,
            Authorizer authorizer,
            Grants grants,
            UserInfo self,
            Timers timers) {}

    /// Every plugin that is on.
    ///
    /// @param enabled `--enable-admission-plugins`
    /// @param disabled `--disable-admission-plugins`
    /// @param dynamic webhooks and policies, which come just before quotas are charged
    public static List<AdmissionPlugin> plugins(
            Parts parts, Set<String> enabled, Set<String> disabled, List<AdmissionPlugin> dynamic) {
        var off = new HashSet<>(OFF_BY_DEFAULT);
        off.addAll(disabled);
        off.removeAll(enabled);
        var out = new ArrayList<AdmissionPlugin>();
        for (var plugin : all(parts, dynamic)) {
            if (!off.contains(plugin.name())) {
                out.add(plugin);
            }
        }
        return out;
    }

    private static List<AdmissionPlugin> all(Parts parts, List<AdmissionPlugin> dynamic) {
        var lookup = parts.lookup();
        var out =
                new ArrayList<AdmissionPlugin>(
                        List.of(
                                new NamespaceLifecycle(lookup),
                                new LimitRanger(lookup),
                                new ServiceAccountPlugin(lookup, parts.timers()),
                                new NodeRestriction(lookup, parts.authorizer()),
                                new TaintNodesByCondition(),
                                new PodSecurity(lookup),
                                new PriorityPlugin(lookup),
                                new DefaultTolerationSeconds(),
                                new DefaultStorageClass(lookup),
                                new StorageObjectInUseProtection(),
                                new OwnerReferencesPermissionEnforcement(parts.authorizer()),
                                new PersistentVolumeClaimResize(lookup),
                                new RuntimeClassPlugin(lookup)));
        out.addAll(CertificatePlugins.all(parts.authorizer()));
        out.add(new DefaultIngressClass(lookup));
        out.addAll(dynamic);
        out.add(new RbacEscalation(parts.grants(), parts.authorizer()));
        out.add(new ResourceQuotaPlugin(lookup, parts.writer(), parts.self()));
        return out;
    }
}
