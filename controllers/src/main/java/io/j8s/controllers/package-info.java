/// All controllers and the process that runs them.
@NullMarked
package io.j8s.controllers;

import org.jspecify.annotations.NullMarked;
