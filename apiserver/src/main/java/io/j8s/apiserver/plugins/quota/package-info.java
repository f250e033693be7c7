/// Quotas of namespaces: what each kind counts for, which quotas it falls under, and how usage is
/// reserved.
@NullMarked
package io.j8s.apiserver.plugins.quota;

import org.jspecify.annotations.NullMarked;
