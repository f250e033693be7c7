/// Finds out who asks: client certificates and bearer tokens, joined in upstream's order.
@NullMarked
package io.j8s.apiserver.access.authn;

import org.jspecify.annotations.NullMarked;
