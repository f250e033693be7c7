package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.time.Instant;

class FindingsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");

    private static JsonNode json(String text) {
        return new JsonMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void missingImageLeadsToImageLoad() {
        var findings =
                Findings.ofPods(
                        json(
                                """
                                {'items':[{'metadata':{'name':'p','namespace':'n'},'status':{'phase':'Pending',
                                  'containerStatuses':[{'name':'c','state':{'waiting':
                                    {'reason':'ImagePullBackOff','message':'Back-off pulling image'}}}]}}]}
                                """),
                        NOW);
        assertThat(findings)
                .containsExactly(
                        new Findings.Finding(
                                "pod p -n n: container c: ImagePullBackOff: Back-off pulling image",
                                "check the image's name, or bring it with `j8s image load FILE`"));
    }

    @Test
    void unschedulablePodTellsWhy() {
        var findings =
                Findings.ofPods(
                        json(
                                """
                                {'items':[{'metadata':{'name':'p','namespace':'n'},'status':{'phase':'Pending',
                                  'conditions':[{'type':'PodScheduled','reason':'Unschedulable','message':'0/1 nodes are available'}]}}]}
                                """),
                        NOW);
        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().problem())
                .isEqualTo("pod p -n n finds no node: 0/1 nodes are available");
    }

    @Test
    void whatTheNodeRefusedHasNoLogs() {
        var findings =
                Findings.ofPods(
                        json(
                                """
                                {'items':[{'metadata':{'name':'p','namespace':'n'},'status':{'phase':'Failed'}},
                                  {'metadata':{'name':'q','namespace':'n'},'status':{'phase':'Failed','reason':'AppArmor'}}]}
                                """),
                        NOW);
        assertThat(findings)
                .containsExactly(
                        new Findings.Finding("pod p -n n failed: Error", "kubectl logs p -n n"),
                        new Findings.Finding(
                                "pod q -n n failed: AppArmor", "kubectl describe pod q -n n"));
    }

    @Test
    void runningAndSucceededPodsAreNoFindings() {
        assertThat(
                        Findings.ofPods(
                                json(
                                        """
                                        {'items':[{'status':{'phase':'Running'}},{'status':{'phase':'Succeeded'}}]}
                                        """),
                                NOW))
                .isEmpty();
    }

    @Test
    void podsThatRunUnreadyForLongAreTold() {
        var pod =
                """
                {'items':[{'metadata':{'name':'p','namespace':'n'},'status':{'phase':'Running',
                  'conditions':[{'type':'Ready','status':'False','lastTransitionTime':'%s',
                    'message':'containers with unready status: [c]'}]}}]}
                """;
        assertThat(Findings.ofPods(json(pod.formatted("2026-01-01T00:09:30Z")), NOW)).isEmpty();
        assertThat(Findings.ofPods(json(pod.formatted("2026-01-01T00:08:00Z")), NOW))
                .containsExactly(
                        new Findings.Finding(
                                "pod p -n n runs and is not ready since 2026-01-01T00:08:00Z:"
                                        + " containers with unready status: [c]",
                                "its readiness probe: kubectl describe pod p -n n"));
    }

    @Test
    void podsThatDoNotEndAreTold() {
        var findings =
                Findings.ofPods(
                        json(
                                """
                                {'items':[
                                  {'metadata':{'name':'late','namespace':'n','deletionTimestamp':'2026-01-01T00:05:00Z'},
                                   'status':{'phase':'Running'}},
                                  {'metadata':{'name':'held','namespace':'n','deletionTimestamp':'2026-01-01T00:05:00Z',
                                   'finalizers':['x.io/f']},'status':{'phase':'Running'}},
                                  {'metadata':{'name':'ending','namespace':'n','deletionTimestamp':'2026-01-01T00:10:20Z'},
                                   'status':{'phase':'Running'}}]}
                                """),
                        NOW);
        assertThat(findings)
                .extracting(Findings.Finding::problem)
                .containsExactly(
                        "pod late -n n should have ended by 2026-01-01T00:05:00Z",
                        "pod held -n n is deleted and waits for the finalizers [\"x.io/f\"]");
    }
}
