/// The kubelet's HTTPS API: logs, exec, attach, port-forward, pods, statistics.
@NullMarked
package io.j8s.nodeagent.server;

import org.jspecify.annotations.NullMarked;
