/// What the API tells about itself: discovery in its legacy and aggregated forms, OpenAPI v2 and
/// v3. All documents are made from the tables, on first use, and kept as bytes.
@NullMarked
package io.j8s.apiserver.discovery;

import org.jspecify.annotations.NullMarked;
