package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Everything the API server knows about `v1 ServiceAccount`.
public final class ServiceAccounts implements ResourceStrategy<ServiceAccount> {

    @Override
    public Names names() {
        return new Names("v1", "ServiceAccount", "serviceaccounts");
    }

    @Override
    public Class<ServiceAccount> view() {
        return ServiceAccount.class;
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree account) {
        keepNamesOfSecrets(account);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        keepNamesOfSecrets(updated);
    }

    /// Upstream: `cleanSecretReferences`.
    private static void keepNamesOfSecrets(Tree account) {
        for (Tree secret : account.trees("secrets")) {
            for (var field : secret.type().fields()) {
                if (!field.name().equals("name")) {
                    secret.remove(field.name());
                }
            }
        }
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        String annotation = "kubernetes.io/enforce-mountable-secrets";
        boolean isNew =
                tree.stringMap("metadata.annotations").containsKey(annotation)
                        && (oldTree == null
                                || !oldTree.stringMap("metadata.annotations")
                                        .containsKey(annotation));
        return isNew
                ? List.of(
                        "metadata.annotations["
                                + annotation
                                + "]: deprecated in v1.32+; prefer separate namespaces to isolate"
                                + " access to mounted secrets")
                : List.of();
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    /// Upstream has shown no number of secrets since they are no longer made for accounts.
    @Override
    public List<Column<ServiceAccount>> columns() {
        return List.of(Column.age());
    }
}
