package io.j8s.apiserver.registry;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionResource;

/// A resource whose only verb is create and whose answer is computed. The registry decodes and
/// defaults the body, runs admission, and writes the answer with 201.
public interface VirtualResource {

    /// E.g. `authorization.k8s.io/v1 subjectaccessreviews`, or `v1 serviceaccounts` with a
    /// subresource.
    GroupVersionResource resource();

    /// E.g. `token`; empty for none.
    default String subresource() {
        return "";
    }

    /// Answers; may change `object` and return it. Refusals are thrown as `ApiException`.
    Tree create(RequestContext context, Tree object) throws InterruptedException;
}
