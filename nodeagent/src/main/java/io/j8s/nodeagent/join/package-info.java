/// How a machine becomes a node of a cluster that runs elsewhere: it learns whom to trust by a
/// token, asks for certificates and renews them.
@NullMarked
package io.j8s.nodeagent.join;

import org.jspecify.annotations.NullMarked;
