package io.j8s.nodeagent.proxy;

import io.j8s.machinery.instance.InstanceId;

/// The table of one instance in one family.
record Table(Family family, String name) {

    static Table of(InstanceId instance, Family family) {
        return new Table(family, "j8s-" + instance.value());
    }
}
