/// What the API server knows of the kinds of this API group, one file per kind.
@NullMarked
package io.j8s.apiserver.resources.resource;

import org.jspecify.annotations.NullMarked;
