package io.j8s.apiserver.request;

import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionResource;

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
        String rest) {

    public GroupResource groupResource() {
        return new GroupResource(group, resource);
    }

    public GroupVersionResource groupVersionResource() {
        return new GroupVersionResource(group, version, resource);
    }
}
