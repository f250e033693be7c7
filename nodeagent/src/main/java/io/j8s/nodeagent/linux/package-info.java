/// System calls that Java has no class for, through the foreign function interface.
@NullMarked
package io.j8s.nodeagent.linux;

import org.jspecify.annotations.NullMarked;
