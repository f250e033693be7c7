/// What is given up first when memory or disk runs out.
@NullMarked
package io.j8s.nodeagent.eviction;

import org.jspecify.annotations.NullMarked;
