/// Role-based access control: rules, who holds them, escalation checks, and the policy that every
/// cluster starts with.
@NullMarked
package io.j8s.apiserver.access.rbac;

import org.jspecify.annotations.NullMarked;
