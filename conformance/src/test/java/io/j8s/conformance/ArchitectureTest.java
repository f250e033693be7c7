package io.j8s.conformance;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Clock;
import java.time.Instant;

/// The boundaries of the house (DESIGN.md), as far as a machine can see them.
class ArchitectureTest {

    private static JavaClasses house = new ClassFileImporter().importClasses();

    @BeforeAll
    static void readTheHouse() {
        house =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .withImportOption(location -> !location.contains("/cri/v1/"))
                        .importPackages("io.j8s");
    }

    @ParameterizedTest(name = "{0} stays inside {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "io.undertow.. | io.j8s.apiserver.http.., io.j8s.nodeagent.server..",
                "org.xnio.. | io.j8s.apiserver.http.., io.j8s.nodeagent.server..",
                "org.rocksdb.. | io.j8s.storage.rocks..",
                "io.etcd.. | io.j8s.storage.etcd..",
                "io.grpc.. | io.j8s.nodeagent.cri.., io.j8s.cri.., io.j8s.storage.etcd..",
                "io.netty.. | io.j8s.nodeagent.cri.., io.j8s.storage.etcd..",
                "org.bouncycastle.. | io.j8s.certs..",
                "ch.qos.logback.. | io.j8s.cli..",
                "picocli.. | io.j8s.cli..",
                "org.xbill.DNS.. | io.j8s.nodeagent..",
                "com.nimbusds.. | io.j8s.apiserver.access.., io.j8s.certs.."
            })
    void libraryIsSeenOnlyWhereItBelongs(String library, String rooms) {
        var allowed = rooms.split(",\\s*");
        check(
                noClasses()
                        .that(
                                resideInAPackage("io.j8s..")
                                        .and(DescribedPredicate.not(resideInAnyPackage(allowed))))
                        .should()
                        .dependOnClassesThat(resideInAPackage(library)));
    }

    @ParameterizedTest(name = "{0} sees only what it may")
    @CsvSource(
            delimiter = '|',
            value = {
                "machinery |"
                    + " certs,storage,apiserver,controllers,scheduler,nodeagent,cri,cli,testkit",
                "certs | storage,apiserver,controllers,scheduler,nodeagent,cri,cli,testkit",
                "storage | certs,apiserver,controllers,scheduler,nodeagent,cri,cli,testkit",
                "apiserver | controllers,scheduler,nodeagent,cri,cli,testkit",
                "controllers | storage,apiserver,scheduler,nodeagent,cri,cli,testkit",
                "scheduler | certs,storage,apiserver,nodeagent,cri,cli,testkit",
                "nodeagent | storage,apiserver,scheduler,cli,testkit",
                "testkit | cli"
            })
    void roomSeesOnlyTheRoomsBelow(String room, String forbidden) {
        var packages = new java.util.ArrayList<String>();
        for (var other : forbidden.split(",", -1)) {
            packages.add("io.j8s." + other.strip() + "..");
        }
        check(
                noClasses()
                        .that(resideInAPackage("io.j8s." + room + ".."))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(packages.toArray(String[]::new))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"scheduler", "nodeagent"})
    void ofTheControllersOthersSeeOnlyTheSharedRuntime(String room) {
        check(
                noClasses()
                        .that(resideInAPackage("io.j8s." + room + ".."))
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("io.j8s.controllers..")
                                        .and(
                                                DescribedPredicate.not(
                                                        resideInAPackage(
                                                                "io.j8s.controllers.runtime..")))));
    }

    @Test
    void onlyTimersReadAClockOrSleep() {
        check(
                noClasses()
                        .that(outside("io.j8s.machinery.timers"))
                        .should()
                        .callMethod(Thread.class, "sleep", long.class)
                        .orShould()
                        .callMethod(Thread.class, "sleep", java.time.Duration.class)
                        .orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .orShould()
                        .callMethod(System.class, "nanoTime")
                        .orShould()
                        .callMethod(Instant.class, "now")
                        .orShould()
                        .callMethod(Clock.class, "systemUTC")
                        .orShould()
                        .callMethod(java.time.ZonedDateTime.class, "now")
                        .orShould()
                        .callMethod(java.time.OffsetDateTime.class, "now")
                        .orShould()
                        .callMethod(java.time.LocalDateTime.class, "now"));
    }

    @Test
    void onlyTheCommandWritesToTheTerminal() {
        check(
                noClasses()
                        .that(
                                DescribedPredicate.not(
                                        simpleNameEndingWith("Terminal")
                                                .and(resideInAPackage("io.j8s.cli"))))
                        .should()
                        .accessField(System.class, "out")
                        .orShould()
                        .accessField(System.class, "err"));
    }

    @Test
    void onlyMainEndsTheProcess() {
        check(
                noClasses()
                        .that(outside("io.j8s.cli"))
                        .should()
                        .callMethod(System.class, "exit", int.class)
                        .orShould()
                        .callMethod(Runtime.class, "halt", int.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"registry", "schema", "cache", "request", "http"})
    void genericPartsOfTheApiServerNameNoKind(String part) {
        check(
                noClasses()
                        .that(resideInAPackage("io.j8s.apiserver." + part + ".."))
                        .should()
                        .dependOnClassesThat(resideInAPackage("io.j8s.apiserver.resources..")));
    }

    @Test
    void kindsDoNotSeeTheTransport() {
        check(
                noClasses()
                        .that(resideInAPackage("io.j8s.apiserver.resources.."))
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage("io.j8s.apiserver.http..", "io.j8s.storage..")));
    }

    @Test
    void partsOfTheSchedulerHaveNoCycles() {
        check(
                slices().matching("io.j8s.scheduler.(*)..")
                        .namingSlices("scheduler.$1")
                        .should()
                        .beFreeOfCycles());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"machinery", "certs", "storage", "apiserver", "controllers", "nodeagent"})
    void packagesOfAModuleHaveNoCycles(String module) {
        check(slices().matching("io.j8s." + module + ".(*)..").should().beFreeOfCycles());
    }

    @Test
    void namesSayWhatAClassIs() {
        check(
                noClasses()
                        .that(resideInAPackage("io.j8s.."))
                        .should()
                        .haveNameMatching(
                                ".*(Manager|Helper|Utils?|Impl|Abstract[A-Z]\\w*|Data)$"));
    }

    @Test
    void everyPackageIsNullMarked() {
        check(
                classes()
                        .that(resideInAPackage("io.j8s.."))
                        .should(
                                com.tngtech.archunit.lang.ArchCondition.from(
                                        new DescribedPredicate<JavaClass>(
                                                "be in a package marked @NullMarked") {
                                            @Override
                                            public boolean test(JavaClass type) {
                                                return type.getPackage()
                                                        .isAnnotatedWith(
                                                                org.jspecify.annotations.NullMarked
                                                                        .class);
                                            }
                                        })));
    }

    private static DescribedPredicate<JavaClass> outside(String room) {
        return DescribedPredicate.not(resideInAPackage(room + ".."));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(house);
    }
}
