/// The API server put together. Its parts are in the packages below.
@NullMarked
package io.j8s.apiserver;

import org.jspecify.annotations.NullMarked;
