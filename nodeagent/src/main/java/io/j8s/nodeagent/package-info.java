/// The node agent: the kubelet's work over CRI. [NodeAgent] is the only class that other modules
/// construct.
@NullMarked
package io.j8s.nodeagent;

import org.jspecify.annotations.NullMarked;
