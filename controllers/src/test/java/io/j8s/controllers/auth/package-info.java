/// Tests of the package.
@NullMarked
package io.j8s.controllers.auth;

import org.jspecify.annotations.NullMarked;
