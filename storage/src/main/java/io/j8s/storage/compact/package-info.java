/// Moving the logical horizon, on any engine. Written against `model/` only.
@NullMarked
package io.j8s.storage.compact;

import org.jspecify.annotations.NullMarked;
