package io.j8s.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.CoreConstants;

/// Logback behind SLF4J as [Logs] wants it. The launcher names this class to SLF4J: neither of the
/// two then looks through every jar for who is there, for files and for their versions, which takes
/// a start a twentieth of a second.
public final class LogProvider extends LogbackServiceProvider {

    /// For SLF4J.
    public LogProvider() {}

    @Override
    public void initialize() {
        var context = (LoggerContext) getLoggerFactory();
        context.setName(CoreConstants.DEFAULT_CONTEXT_NAME);
        context.setMDCAdapter((LogbackMDCAdapter) getMDCAdapter());
        new Logs().configure(context);
        context.start();
    }
}
