package io.j8s.apiserver.request;

import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.selectors.FieldSelector;

import java.util.List;

/// What a request asks for, parsed once from method, path and query (upstream:
/// `k8s.io/apiserver/pkg/endpoints/request.RequestInfo`).
///
/// @param isResourceRequest whether the path names a resource below `/api/VERSION` or
///   `/apis/GROUP/VERSION`; else only `path` and `verb` (the lower-case method) say something
/// @param verb `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`
/// @param namespace empty for cluster-scoped requests and lists over all namespaces
/// @param name empty for collections
/// @param subresource e.g. `status`, `log`, `proxy`; empty for none
/// @param rest the path behind a subresource such as `proxy`, without leading slash
/// @param fieldTerms what the field selector of a list, watch or deletecollection demands, for
///   authorizers; empty when it cannot be read
public record RequestInfo(
        boolean isResourceRequest,
        String path,
        String verb,
        String group,
        String version,
        String namespace,
        String resource,
        String subresource,
        String name,
        String rest,
        List<FieldSelector.Term> fieldTerms) {

    public RequestInfo {
        fieldTerms = List.copyOf(fieldTerms);
    }

    /// Without a selector.
    public RequestInfo(
            boolean isResourceRequest,
            String path,
            String verb,
            String group,
            String version,
            String namespace,
            String resource,
            String subresource,
            String name,
            String rest) {
        this(
                isResourceRequest,
                path,
                verb,
                group,
                version,
                namespace,
                resource,
                subresource,
                name,
                rest,
                List.of());
    }

    /// Whether the selector leaves only objects whose `field` is `value`.
    public boolean selectsOnly(String field, String value) {
        return fieldTerms.contains(new FieldSelector.Term(field, true, value));
    }

    public GroupResource groupResource() {
        return new GroupResource(group, resource);
    }

    public GroupVersionResource groupVersionResource() {
        return new GroupVersionResource(group, version, resource);
    }
}
