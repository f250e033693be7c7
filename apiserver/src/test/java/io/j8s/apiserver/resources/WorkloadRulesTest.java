package io.j8s.apiserver.resources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WorkloadRulesTest {

    private static final String TEMPLATE =
            "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}";
    private static final String SELECTOR = "'selector':{'matchLabels':{'a':'b'}}";

    private static String of(String kind, String spec) {
        String group = kind.endsWith("Job") ? "batch/v1" : "apps/v1";
        return "{'apiVersion':'%s','kind':'%s','metadata':{'name':'n'},'spec':{%s}}"
                .formatted(group, kind, spec);
    }

    @ParameterizedTest
    @CsvSource({"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"})
    void wantsASelectorThatSelectsTheTemplate(String kind) {
        assertThat(Verdicts.create(of(kind, SELECTOR + "," + TEMPLATE))).isEmpty();
        assertThat(Verdicts.create(of(kind, SELECTOR.replace("'b'", "'c'") + "," + TEMPLATE)))
                .containsExactly(
                        "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector`"
                                + " does not match template `labels`");
    }

    @Test
    void neverChangesADeploymentsSelector() {
        String old = of("Deployment", SELECTOR + "," + TEMPLATE);
        assertThat(Verdicts.update(old, old.replace("{'a':'b'}", "{'a':'c'}")))
                .containsExactly(
                        "spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"c\"}}: field is"
                                + " immutable");
    }

    @Test
    void neverChangesWhatAStatefulSetsPodsAreNamedBy() {
        String old = of("StatefulSet", SELECTOR + "," + TEMPLATE + ",'serviceName':'s'");
        assertThat(Verdicts.update(old, old.replace("'s'", "'t'")))
                .containsExactly("spec.serviceName: Invalid value: \"t\": field is immutable");
    }

    @Test
    void keepsARevisionsDataHoweverItIsWritten() {
        String old =
                "{'apiVersion':'apps/v1','kind':'ControllerRevision','metadata':{'name':'n'},"
                        + "'revision':1,'data':{'b':'<','a':[1]}}";
        assertThat(Verdicts.update(old, old.replace("'b':'<','a':[1]", "'a':[1],'b':'\\u003c'")))
                .isEmpty();
        assertThat(Verdicts.update(old, old.replace("[1]", "[2]")))
                .containsExactly(
                        "data: Invalid value: {\"b\":\"<\",\"a\":[2]}: field is immutable");
    }

    @Test
    void refusesRollingUpdatesThatCannotMove() {
        assertThat(
                        Verdicts.create(
                                of(
                                        "Deployment",
                                        SELECTOR
                                                + ","
                                                + TEMPLATE
                                                + ",'strategy':{'rollingUpdate':{'maxSurge':0,'maxUnavailable':0}}")))
                .containsExactly(
                        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0"
                                + " when `maxSurge` is 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    * * * | expected exactly 5 fields, found 3: [* * *]
                    x * * * * | failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax
                    60 * * * * | end of range (60) above maximum (59): 60
                    0 0 0 * * | beginning of range (0) below minimum (1): 0
                    5-3 * * * * | beginning of range (5) beyond end of range (3): 5-3
                    @often | unrecognized descriptor: @often
                    """)
    void saysWhatIsWrongWithASchedule(String schedule, String text) {
        String template = TEMPLATE.replace("'spec':{", "'spec':{'restartPolicy':'Never',");
        String job =
                of(
                        "CronJob",
                        "'schedule':'" + schedule + "','jobTemplate':{'spec':{" + template + "}}");
        assertThat(Verdicts.create(job))
                .containsExactly("spec.schedule: Invalid value: \"" + schedule + "\": " + text);
    }

    @Test
    void wantsToKnowWhetherAJobRestarts() {
        assertThat(Verdicts.create(of("Job", "'manualSelector':true," + SELECTOR + "," + TEMPLATE)))
                .containsExactly(
                        "spec.template.spec.restartPolicy: Required value: valid values:"
                                + " \"OnFailure\", \"Never\"");
    }
}
