package io.j8s.apiserver.resources.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.meta.GroupVersionKind;

import org.junit.jupiter.api.Test;

class AutoscalerConversionTest {

    private static final Schema SCHEMA = Schema.load();
    private static final TypeSchema V1 = type("v1");
    private static final TypeSchema V2 = type("v2");

    private static TypeSchema type(String version) {
        return SCHEMA.type(new GroupVersionKind("autoscaling", version, "HorizontalPodAutoscaler"));
    }

    private static Tree read(String json, TypeSchema type) {
        return JsonCodec.read(json.replace('\'', '"').getBytes(UTF_8), type).tree();
    }

    @Test
    void aTargetUtilizationIsAMetric() {
        Tree v2 =
                AutoscalerConversion.V1.toStored(
                        read("{'spec':{'maxReplicas':3,'targetCPUUtilizationPercentage':60}}", V1),
                        V2);
        assertThat(v2.list("spec.metrics"))
                .hasToString(
                        "[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":60}}}]");
        Tree v1 = AutoscalerConversion.V1.fromStored(v2, V1);
        assertThat(v1.intValue("spec.targetCPUUtilizationPercentage", 0)).isEqualTo(60);
        assertThat(v1.has("metadata.annotations")).isFalse();
    }

    @Test
    void whatV1CannotSayTravelsInAnnotations() {
        String json =
                "{'spec':{'maxReplicas':3,'metrics':["
                    + "{'type':'Resource','resource':{'name':'memory','target':{'type':'AverageValue','averageValue':'1Gi'}}},"
                    + "{'type':'Pods','pods':{'metric':{'name':'m','selector':{'matchLabels':{'a':'b'}}},'target':{'type':'AverageValue','averageValue':'5'}}},"
                    + "{'type':'Object','object':{'describedObject':{'kind':'Service','name':'s','apiVersion':'v1'},'metric':{'name':'o'},'target':{'type':'Value','value':'7'}}},"
                    + "{'type':'External','external':{'metric':{'name':'e'},'target':{'type':'AverageValue','averageValue':'9'}}},"
                    + "{'type':'Resource','resource':{'name':'cpu','target':{'type':'Utilization','averageUtilization':55}}}],"
                    + "'behavior':{'scaleDown':{'stabilizationWindowSeconds':5,'policies':[{'type':'Pods','value':1,'periodSeconds':2}]}}},"
                    + "'status':{'currentMetrics':[{'type':'Resource','resource':{'name':'cpu','current':{'averageUtilization':44,'averageValue':'3'}}}],"
                    + "'conditions':[{'type':'AbleToScale','status':'True','reason':'r'}]}}";
        Tree v2 = read(json, V2);
        Tree v1 = AutoscalerConversion.V1.fromStored(v2, V1);
        assertThat(v1.intValue("spec.targetCPUUtilizationPercentage", 0)).isEqualTo(55);
        assertThat(v1.intValue("status.currentCPUUtilizationPercentage", 0)).isEqualTo(44);
        assertThat(v1.stringMap("metadata.annotations"))
                .containsKeys(
                        "autoscaling.alpha.kubernetes.io/metrics",
                        "autoscaling.alpha.kubernetes.io/current-metrics",
                        "autoscaling.alpha.kubernetes.io/conditions",
                        "autoscaling.alpha.kubernetes.io/behavior");
        assertThat(v1.stringMap("metadata.annotations"))
                .extractingByKey("autoscaling.alpha.kubernetes.io/behavior")
                .asString()
                .contains("\"ScaleDown\":", "\"PeriodSeconds\":2");
        assertThat(AutoscalerConversion.V1.toStored(v1, V2)).hasToString(v2.toString());
    }
}
