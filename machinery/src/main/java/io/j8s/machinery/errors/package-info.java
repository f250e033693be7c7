/// Why a request is refused, and the only mapping from that to a `v1.Status`.
@NullMarked
package io.j8s.machinery.errors;

import org.jspecify.annotations.NullMarked;
