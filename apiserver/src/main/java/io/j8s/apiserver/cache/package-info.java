/// Objects as bytes, kept up to date from the store: what GET, LIST and WATCH answer from without
/// decoding anything. Knows nothing of HTTP, of kinds or of schemas.
@NullMarked
package io.j8s.apiserver.cache;

import org.jspecify.annotations.NullMarked;
