/// Pods: what is to be done is decided by static functions, one worker per pod does it.
@NullMarked
package io.j8s.nodeagent.core;

import org.jspecify.annotations.NullMarked;
