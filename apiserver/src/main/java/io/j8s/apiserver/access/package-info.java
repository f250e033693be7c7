/// Who asks, and whether they may: authenticators, authorizers and the RBAC bootstrap policy.
@NullMarked
package io.j8s.apiserver.access;

import org.jspecify.annotations.NullMarked;
