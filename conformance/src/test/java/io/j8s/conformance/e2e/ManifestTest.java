package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.time.Duration;

/// One manifest with most of what applications use.
@Tag("e2e")
@ExtendWith(SharedCluster.class)
@ResourceLock(value = SharedCluster.NAME, mode = ResourceAccessMode.READ)
class ManifestTest {

    private static final Duration READY_MAX = Duration.ofSeconds(90);

    private static final String MANIFEST =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data: {greeting: hello}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: keys}
            data: {password: bm90LWEtcmVhbC1vbmU=}
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: redis}
            spec:
              serviceName: redis
              replicas: 2
              selector: {matchLabels: {app: redis}}
              template:
                metadata: {labels: {app: redis}}
                spec:
                  containers:
                  - name: redis
                    image: localhost/redis:1
                    ports: [{containerPort: 6379}]
                    resources:
                      requests: {cpu: 10m, memory: 16Mi}
                      limits: {memory: 64Mi}
                    readinessProbe:
                      tcpSocket: {port: 6379}
                      periodSeconds: 1
                    livenessProbe:
                      exec: {command: [redis-cli, ping]}
                      periodSeconds: 5
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: redis}
            spec:
              clusterIP: None
              selector: {app: redis}
              ports: [{port: 6379}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 1
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - name: nginx
                    image: localhost/nginx:1
                    env:
                    - name: GREETING
                      valueFrom: {configMapKeyRef: {name: settings, key: greeting}}
                    - name: PASSWORD
                      valueFrom: {secretKeyRef: {name: keys, key: password}}
                    volumeMounts:
                    - {name: settings, mountPath: /etc/settings}
                    readinessProbe:
                      httpGet: {path: /, port: 80}
                      periodSeconds: 1
                  volumes:
                  - name: settings
                    configMap: {name: settings}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              selector: {app: web}
              ports: [{port: 80}]
            ---
            apiVersion: batch/v1
            kind: Job
            metadata: {name: once}
            spec:
              completions: 2
              parallelism: 2
              template:
                spec:
                  restartPolicy: Never
                  containers:
                  - name: work
                    image: localhost/busybox:1
                    command: [sh, -c, "echo worked"]
            ---
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: sometimes}
            spec:
              schedule: "*/5 * * * *"
              jobTemplate:
                spec:
                  template:
                    spec:
                      restartPolicy: Never
                      containers:
                      - name: work
                        image: localhost/busybox:1
                        command: [sh, -c, "date"]
            """;

    @Test
    void becomesReadyIsUnchangedTheSecondTimeAndGoesAway(Cluster cluster) {
        Image.BUSYBOX.loadInto(cluster);
        Image.NGINX_1.loadInto(cluster);
        Image.REDIS.loadInto(cluster);
        var kubectl = cluster.kubectl();
        try (var namespace = TestNamespace.in(kubectl)) {
            assertThat(namespace.apply(MANIFEST).lines())
                    .allMatch(line -> line.endsWith(" created"));
            namespace.until(
                    READY_MAX,
                    "2"::equals,
                    "get",
                    "statefulset",
                    "redis",
                    "-o",
                    "jsonpath={.status.readyReplicas}");
            namespace.until(
                    READY_MAX,
                    "1"::equals,
                    "get",
                    "deployment",
                    "web",
                    "-o",
                    "jsonpath={.status.readyReplicas}");
            namespace.until(
                    READY_MAX,
                    "2"::equals,
                    "get",
                    "job",
                    "once",
                    "-o",
                    "jsonpath={.status.succeeded}");
            assertThat(
                            namespace.get(
                                    "exec",
                                    "deployment/web",
                                    "--",
                                    "sh",
                                    "-c",
                                    "echo $GREETING $PASSWORD $(cat /etc/settings/greeting)"))
                    .isEqualTo("hello not-a-real-one hello");
            assertThat(
                            namespace.get(
                                    "exec",
                                    "redis-0",
                                    "--",
                                    "redis-cli",
                                    "-h",
                                    "redis-1.redis",
                                    "ping"))
                    .isEqualTo("PONG");

            assertThat(namespace.apply(MANIFEST).lines())
                    .allMatch(line -> line.endsWith(" unchanged"));
            kubectl.runWithin(
                            Duration.ofMinutes(2),
                            "--namespace",
                            namespace.name(),
                            "delete",
                            "statefulset,deployment,job,cronjob,configmap,secret",
                            "--all")
                    .expectSuccess();
            namespace.until(READY_MAX, String::isEmpty, "get", "pods", "-o", "name");
        }
    }
}
