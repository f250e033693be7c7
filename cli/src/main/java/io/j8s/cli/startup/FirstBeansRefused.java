package io.j8s.cli.startup;

import org.jspecify.annotations.Nullable;

import javax.management.MBeanServer;
import javax.management.MBeanServerBuilder;
import javax.management.MBeanServerDelegate;

/// Refuses the first who asks for a server of managed beans and leaves all others to the JVM. The
/// first is the HTTP server's library, which would show its workers there and goes on without; its
/// thread pools, the second, can be told. To describe the JVM's own beans takes a sixth of a second
/// of a start: for one of them the flight recorder reads all its settings. Whoever looks at the
/// running JVM with a console makes the server then.
public final class FirstBeansRefused extends MBeanServerBuilder {

    private static final String PROPERTY = "javax.management.builder.initial";

    /// For the JVM, by the name in the property.
    public FirstBeansRefused() {}

    static void prepare() {
        System.setProperty(PROPERTY, FirstBeansRefused.class.getName());
        System.setProperty("jboss.threads.eqe.disable-mbean", "true");
    }

    @Override
    public MBeanServer newMBeanServer(
            String defaultDomain, @Nullable MBeanServer outer, MBeanServerDelegate delegate) {
        System.clearProperty(PROPERTY);
        throw new UnsupportedOperationException("beans are not shown while j8s starts");
    }
}
