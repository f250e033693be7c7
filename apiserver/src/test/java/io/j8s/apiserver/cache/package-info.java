/// Tests of the package of the same name.
@NullMarked
package io.j8s.apiserver.cache;

import org.jspecify.annotations.NullMarked;
