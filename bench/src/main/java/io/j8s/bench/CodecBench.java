package io.j8s.bench;

import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Transcoder;
import io.j8s.apiserver.schema.TypedView;
import io.j8s.machinery.meta.GroupVersionKind;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/// What reading and writing one object costs: microseconds of this thread's CPU and bytes
/// allocated, for a Pod of 8 KB. `main` prints one line an operation; first the cold load of the
/// schema.
public final class CodecBench {

    private static final int ROUNDS = 20_000;

    private CodecBench() {}

    public static void main(String[] args) {
        long start = System.nanoTime();
        var schema = Schema.load();
        long loaded = System.nanoTime();
        var pod = new GroupVersionKind("", "v1", "Pod");
        byte[] json = pod().getBytes(StandardCharsets.UTF_8);
        JsonCodec.write(JsonCodec.read(json, schema.type(pod)).tree());
        long first = System.nanoTime();
        System.out.printf(
                "schema loaded in %.1f ms, first pod read and written in %.1f ms%n",
                (loaded - start) / 1e6, (first - loaded) / 1e6);
        all(schema, pod, json);
        all(
                schema,
                new GroupVersionKind("", "v1", "ConfigMap"),
                configMap().getBytes(StandardCharsets.UTF_8));
        if (args.length > 0) {
            var tree = JsonCodec.read(json, schema.type(pod)).tree();
            measure(
                    "fabric8 view",
                    () -> TypedView.read(tree, io.fabric8.kubernetes.api.model.Pod.class));
        }
    }

    private static void all(Schema schema, GroupVersionKind kind, byte[] json) {
        var type = schema.type(kind);
        var tree = JsonCodec.read(json, type).tree();
        byte[] canonical = JsonCodec.write(tree);
        byte[] protobuf = ProtobufCodec.write(tree, kind);
        System.out.printf(
                "%s: JSON %d bytes, protobuf %d%n", kind.kind(), canonical.length, protobuf.length);
        measure("JSON -> tree", () -> JsonCodec.read(canonical, type));
        measure("tree -> JSON", () -> JsonCodec.write(tree));
        measure("protobuf -> tree", () -> ProtobufCodec.read(protobuf, type));
        measure("tree -> protobuf", () -> ProtobufCodec.write(tree, kind));
        measure("protobuf -> JSON", () -> Transcoder.toJson(protobuf, type));
        measure("JSON -> protobuf", () -> Transcoder.toProtobuf(canonical, type, kind));
        measure("tree copy", tree::copy);
        measure("semantic equality", () -> tree.semanticallyEquals(tree));
    }

    private static String configMap() {
        var out =
                new StringBuilder(
                        "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\","
                            + "\"namespace\":\"default\",\"uid\":\"0b5c6dd5-3e3a-4b7c-9f39-5e0e1a0a7f2a\","
                            + "\"creationTimestamp\":\"2026-01-02T03:04:05Z\",\"labels\":{\"app\":\"x\"}},\"data\":{");
        for (int i = 0; i < 10; i++) {
            out.append(i == 0 ? "" : ",")
                    .append("\"key-%d\":\"%s\"".formatted(i, "value ".repeat(20)));
        }
        return out.append("}}").toString();
    }

    private static void measure(String what, Supplier<Object> work) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sink = 0;
        double best = Double.MAX_VALUE;
        long bytes = 0;
        for (int round = 0; round < 5; round++) {
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long cpu = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < ROUNDS; i++) {
                sink += System.identityHashCode(work.get()) & 1;
            }
            best = Math.min(best, (threads.getCurrentThreadCpuTime() - cpu) / 1e3 / ROUNDS);
            bytes = (threads.getCurrentThreadAllocatedBytes() - allocated) / ROUNDS;
        }
        System.out.printf("%-18s %6.1f us %8d bytes%s%n", what, best, bytes, sink < 0 ? "!" : "");
    }

    /// A pod as a web application's deployment makes it, with managedFields.
    static String pod() {
        var out = new StringBuilder();
        out.append(
                """
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-7c5ddbdf54-abcde","generateName":"web-7c5ddbdf54-",
                "namespace":"default","uid":"0b5c6dd5-3e3a-4b7c-9f39-5e0e1a0a7f2a","resourceVersion":"12345","creationTimestamp":"2026-01-02T03:04:05Z",
                "labels":{"app.kubernetes.io/name":"web","app.kubernetes.io/instance":"web-1","pod-template-hash":"7c5ddbdf54"},
                "annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"8080"},
                "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-7c5ddbdf54","uid":"5d0b2f7c-8a3c-4a43-9d8f-1f9a6f0c1d2e","controller":true,"blockOwnerDeletion":true}],
                "managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":%s}]},
                "spec":{"volumes":[{"name":"config","configMap":{"name":"web-config","defaultMode":420}},{"name":"kube-api-access-x","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}],
                "containers":[\
                """
                        .formatted(managedFields()));
        for (int i = 0; i < 3; i++) {
            out.append(i == 0 ? "" : ",")
                    .append(
                            """
                            {"name":"web-%d","image":"registry.example.com/team/web:1.2.%d","command":["/bin/web"],"args":["--listen=:8080","--log-level=info"],
                            "ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],
                            "env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}},{"name":"LEVEL","value":"info"},{"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"web","key":"token"}}}],
                            "resources":{"limits":{"cpu":"500m","memory":"512Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},
                            "volumeMounts":[{"name":"config","mountPath":"/etc/web"},{"name":"kube-api-access-x","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],
                            "livenessProbe":{"httpGet":{"path":"/healthz","port":"http","scheme":"HTTP"},"initialDelaySeconds":10,"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
                            "readinessProbe":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
                            "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"allowPrivilegeEscalation":false}}\
                            """
                                    .formatted(i, i));
        }
        out.append(
                """
                ],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","serviceAccount":"default",
                "nodeName":"node-1","securityContext":{},"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
                "priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},
                "status":{"phase":"Running","conditions":[\
                """);
        for (String type :
                new String[] {"Initialized", "Ready", "ContainersReady", "PodScheduled"}) {
            out.append(type.equals("Initialized") ? "" : ",")
                    .append("{\"type\":\"")
                    .append(type)
                    .append(
                            "\",\"status\":\"True\",\"lastProbeTime\":null,\"lastTransitionTime\":\"2026-01-02T03:04:05Z\"}");
        }
        return out.append(
                        """
                        ],"hostIP":"10.0.0.1","podIP":"10.42.0.7","podIPs":[{"ip":"10.42.0.7"}],"startTime":"2026-01-02T03:04:05Z","qosClass":"Burstable"}}\
                        """)
                .toString()
                .replace("\n", "");
    }

    private static String managedFields() {
        var out =
                new StringBuilder(
                        "{\"f:metadata\":{\"f:labels\":{\".\":{},\"f:app\":{}}},\"f:spec\":{");
        for (int i = 0; i < 3; i++) {
            out.append(i == 0 ? "" : ",")
                    .append(
                            "\"k:{\\\"name\\\":\\\"web-%d\\\"}\":{\".\":{},\"f:args\":{},\"f:command\":{},\"f:env\":{},\"f:image\":{},\"f:imagePullPolicy\":{},\"f:livenessProbe\":{},\"f:name\":{},\"f:ports\":{},\"f:resources\":{\".\":{},\"f:limits\":{},\"f:requests\":{}}}"
                                    .formatted(i));
        }
        return out.append("}}").toString();
    }
}
