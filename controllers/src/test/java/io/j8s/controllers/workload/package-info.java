/// Tests of the workload controllers' rules.
@NullMarked
package io.j8s.controllers.workload;

import org.jspecify.annotations.NullMarked;
