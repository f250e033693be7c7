/// Tests of the rules in this package.
@NullMarked
package io.j8s.controllers;

import org.jspecify.annotations.NullMarked;
