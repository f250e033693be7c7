/// Tests of the package.
@NullMarked
package io.j8s.nodeagent.join;

import org.jspecify.annotations.NullMarked;
