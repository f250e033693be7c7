package io.j8s.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;

import org.slf4j.LoggerFactory;

import picocli.CommandLine.ParseResult;

import java.nio.file.Path;
import java.util.List;

/// Where log lines go. Logback finds this class as its configurator, which spares it the search for
/// XML files; until a command says otherwise, warnings go to the error stream.
public final class Logs extends ContextAwareBase implements Configurator {

    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0} %msg%replace( %kvp{DOUBLE}){'"
                    + " $',''}%n%ex";
    private static final long FILE_BYTES_MAX = 16 * FileSize.MB_COEFFICIENT;
    private static final int OLD_FILES_MAX = 3;
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setTarget("System.err");
        install(context, console, Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// A flag's level, refused where it is none: a misspelt one would hide what was asked for.
    static String level(Flag<String> flag, ParseResult given) throws CommandException {
        var level = flag.in(given);
        if (!LEVELS.contains(level)) {
            throw CommandException.usage(
                    "%s is \"%s\": use error, warn, info, debug or trace"
                            .formatted(flag.name(), level));
        }
        return level;
    }

    /// For `up`: its terminal shows the stages, the file has the rest. Bounded by rotation.
    static void toFile(Path file, String level) {
        var context = context();
        var appender = new RollingFileAppender<ILoggingEvent>();
        appender.setFile(file.toString());
        var rolling = new FixedWindowRollingPolicy();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(file + ".%i");
        rolling.setMinIndex(1);
        rolling.setMaxIndex(OLD_FILES_MAX);
        var trigger = new SizeBasedTriggeringPolicy<ILoggingEvent>();
        trigger.setContext(context);
        trigger.setMaxFileSize(new FileSize(FILE_BYTES_MAX));
        appender.setContext(context);
        appender.setRollingPolicy(rolling);
        appender.setTriggeringPolicy(trigger);
        rolling.start();
        trigger.start();
        install(context, appender, Level.toLevel(level, Level.INFO));
    }

    /// For single components, which log to the error stream as upstream's do.
    static void toErrorStream(String level) {
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setTarget("System.err");
        install(context(), console, Level.toLevel(level, Level.INFO));
    }

    /// Whether lines go to a file that nobody has to look at.
    static boolean isInFile() {
        var appenders =
                context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
        return appenders.hasNext() && appenders.next() instanceof RollingFileAppender;
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static void install(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, Level level) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
        root.setLevel(Level.WARN); // libraries
        context.getLogger("io.j8s").setLevel(level);
    }
}
