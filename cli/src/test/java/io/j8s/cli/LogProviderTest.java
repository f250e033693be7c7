package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.ConsoleAppender;

import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class LogProviderTest {

    @Test
    void untilACommandSaysOtherwiseWarningsGoToTheErrorStream() {
        var provider = new LogProvider();
        provider.initialize();
        var context = (LoggerContext) provider.getLoggerFactory();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        assertThat(context.isStarted()).isTrue();
        assertThat(root.getLevel()).isEqualTo(Level.WARN);
        assertThat(root.iteratorForAppenders())
                .toIterable()
                .singleElement()
                .isInstanceOfSatisfying(
                        ConsoleAppender.class,
                        console -> {
                            assertThat(console.getTarget()).isEqualTo("System.err");
                            assertThat(console.isStarted()).isTrue();
                        });
        var logger = context.getLogger("tried");
        logger.atInfo().addKeyValue("key", "value").log("not shown");
        assertThat(logger.isWarnEnabled()).isTrue();
        context.stop();
    }
}
