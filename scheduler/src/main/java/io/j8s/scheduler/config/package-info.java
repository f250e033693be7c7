/// The scheduler's configuration file, `KubeSchedulerConfiguration` of
/// `kubescheduler.config.k8s.io/v1`: reading it strictly, defaults, rules.
@NullMarked
package io.j8s.scheduler.config;

import org.jspecify.annotations.NullMarked;
