/// Upstream's feature gates: which there are, how they stand, and what may be asked of them.
@NullMarked
package io.j8s.apiserver.features;

import org.jspecify.annotations.NullMarked;
