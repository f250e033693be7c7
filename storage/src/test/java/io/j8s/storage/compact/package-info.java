/// Tests of the package of the same name.
@NullMarked
package io.j8s.storage.compact;

import org.jspecify.annotations.NullMarked;
