/// Times to live for stored objects, on top of any engine's leases. Written against `model/` only.
@NullMarked
package io.j8s.storage.lease;

import org.jspecify.annotations.NullMarked;
