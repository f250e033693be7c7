package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FindingsTest {

    private static JsonNode json(String text) {
        return new JsonMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void readyNodeIsNoFinding() {
        assertThat(
                        Findings.ofNodes(
                                json(
                                        """
                                        {'items':[{'metadata':{'name':'a'},'status':{'conditions':[
                                          {'type':'Ready','status':'True'},
                                          {'type':'DiskPressure','status':'False'}]}}]}
                                        """)))
                .isEmpty();
    }

    @Test
    void unreadyAndCordonedNodeAreTold() {
        var findings =
                Findings.ofNodes(
                        json(
                                """
                                {'items':[{'metadata':{'name':'a'},'spec':{'unschedulable':true},
                                  'status':{'conditions':[{'type':'Ready','status':'False','message':'no network'}]}}]}
                                """));
        assertThat(findings)
                .containsExactly(
                        new Findings.Finding(
                                "node a: Ready is False: no network", "kubectl describe node a"),
                        new Findings.Finding("node a takes no new pods", "kubectl uncordon a"));
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
                                """));
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
                                """));
        assertThat(findings).hasSize(1);
        assertThat(findings.getFirst().problem())
                .isEqualTo("pod p -n n finds no node: 0/1 nodes are available");
    }

    @Test
    void runningAndSucceededPodsAreNoFindings() {
        assertThat(
                        Findings.ofPods(
                                json(
                                        """
                                        {'items':[{'status':{'phase':'Running'}},{'status':{'phase':'Succeeded'}}]}
                                        """)))
                .isEmpty();
    }
}
