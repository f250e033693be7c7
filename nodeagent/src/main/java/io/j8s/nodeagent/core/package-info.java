/// The rules of a pod on a node, without clock, network or runtime: what is to be started, what a
/// status says, what the runtime is told.
@NullMarked
package io.j8s.nodeagent.core;

import org.jspecify.annotations.NullMarked;
