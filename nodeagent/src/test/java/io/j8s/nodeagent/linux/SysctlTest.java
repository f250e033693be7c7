package io.j8s.nodeagent.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SysctlTest {

    @Test
    void readsTheWholeNumber() throws Exception {
        assertThat(Integer.parseInt(Sysctl.read("kernel.pid_max"))).isGreaterThan(300);
    }
}
