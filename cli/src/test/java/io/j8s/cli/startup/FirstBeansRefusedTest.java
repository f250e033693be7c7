package io.j8s.cli.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import javax.management.MBeanServerFactory;

class FirstBeansRefusedTest {

    @Test
    void onlyTheFirstIsRefused() {
        FirstBeansRefused.prepare();
        assertThatThrownBy(MBeanServerFactory::newMBeanServer)
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(MBeanServerFactory.newMBeanServer().getMBeanCount()).isPositive();
    }
}
