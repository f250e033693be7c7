/// Who owns which field: server-side apply, and the `managedFields` that every write keeps
/// (upstream: `k8s.io/apimachinery/pkg/util/managedfields` over `structured-merge-diff`). Pure
/// rules on trees.
@NullMarked
package io.j8s.apiserver.managedfields;

import org.jspecify.annotations.NullMarked;
