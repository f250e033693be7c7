/// Resources to cgroups, version 1 and 2 behind one interface.
@NullMarked
package io.j8s.nodeagent.cgroups;

import org.jspecify.annotations.NullMarked;
