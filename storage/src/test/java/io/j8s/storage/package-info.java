/// One contract for all engines.
@NullMarked
package io.j8s.storage;

import org.jspecify.annotations.NullMarked;
