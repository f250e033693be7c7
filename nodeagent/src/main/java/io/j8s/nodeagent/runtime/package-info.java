/// The private containerd of an instance: its process, configuration, pod network, sandbox image,
/// and how all of it is taken down again.
@NullMarked
package io.j8s.nodeagent.runtime;

import org.jspecify.annotations.NullMarked;
