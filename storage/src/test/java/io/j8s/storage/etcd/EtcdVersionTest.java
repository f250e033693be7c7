package io.j8s.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EtcdVersionTest {

    @ParameterizedTest
    @CsvSource({
        "3.3.27,false",
        "3.4.23,false",
        "3.4.31,true",
        "3.4.40,true",
        "3.5.0,false",
        "3.5.12,false",
        "3.5.13,true",
        "3.6.0-rc.1,true",
        "4.0.0,true",
        "unreadable,false"
    })
    void progressIsTrustedFromTheMendedVersionsOn(String version, boolean trusted) {
        assertThat(EtcdVersion.parse(version).trustsProgress()).isEqualTo(trusted);
    }
}
