/// Which Kubernetes this is.
@NullMarked
package io.j8s.machinery.version;

import org.jspecify.annotations.NullMarked;
