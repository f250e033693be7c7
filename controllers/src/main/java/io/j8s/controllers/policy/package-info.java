/// The controllers that keep count for policies: disruption budgets and resource quotas.
@NullMarked
package io.j8s.controllers.policy;

import org.jspecify.annotations.NullMarked;
