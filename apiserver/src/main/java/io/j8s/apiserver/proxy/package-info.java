/// Requests that the API server passes on: to a node's agent for logs, exec, attach and port
/// forwarding, and to pods, services and nodes by their `proxy` paths.
@NullMarked
package io.j8s.apiserver.proxy;

import org.jspecify.annotations.NullMarked;
