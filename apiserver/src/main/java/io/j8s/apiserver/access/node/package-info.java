/// What node agents may read: only what their own pods need.
@NullMarked
package io.j8s.apiserver.access.node;

import org.jspecify.annotations.NullMarked;
