/// The controllers that keep pods running, one file for each, and the pure rules about pods that
/// they share.
@NullMarked
package io.j8s.controllers.workload;

import org.jspecify.annotations.NullMarked;
