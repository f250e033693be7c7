/// The transport inside the process: fabric8 clients whose requests enter the chain just after
/// authentication, with a fixed identity.
@NullMarked
package io.j8s.apiserver.local;

import org.jspecify.annotations.NullMarked;
