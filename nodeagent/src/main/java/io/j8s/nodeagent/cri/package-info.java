/// CRI v1 as blocking calls; the only package that sees gRPC.
@NullMarked
package io.j8s.nodeagent.cri;

import org.jspecify.annotations.NullMarked;
