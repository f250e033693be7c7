/// How one cluster on a host is told from another.
@NullMarked
package io.j8s.machinery.instance;

import org.jspecify.annotations.NullMarked;
