/// Resources that are answered and never stored: who am I, may I, whose token is this, a new token.
@NullMarked
package io.j8s.apiserver.access.review;

import org.jspecify.annotations.NullMarked;
