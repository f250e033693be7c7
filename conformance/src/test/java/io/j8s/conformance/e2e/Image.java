package io.j8s.conformance.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// A container image assembled from Debian packages, since no image registry is in reach. Built
/// once and kept beside the build products.
///
/// @param reference e.g. `localhost/busybox:1`
/// @param arguments further arguments of `tools/mkimage.sh`
record Image(String reference, List<String> arguments) {

    // one at a time: suites that want the same one would write the same file
    private static final Lock MAKING = new ReentrantLock(true);

    static final Image BUSYBOX =
            new Image(
                    "localhost/busybox:1",
                    List.of("-x", "ln -s /bin/busybox usr/bin/tar", "busybox-static"));

    /// Two releases of a web server that answers with its release and its pod's name.
    static final Image NGINX_1 = nginx(1);

    static final Image NGINX_2 = nginx(2);

    static final Image REDIS =
            new Image(
                    "localhost/redis:1",
                    List.of(
                            "-e",
                            "[\"/usr/bin/redis-server\",\"--bind\",\"0.0.0.0\",\"--protected-mode\",\"no\"]",
                            "redis-server",
                            "redis-tools"));

    /// Python with the official client library.
    static final Image PYTHON =
            new Image(
                    "localhost/python-client:1",
                    List.of("-e", "[\"/usr/bin/python3\"]", "python3-kubernetes"));

    /// The newest kubectl of this machine, which is client-go, in a container.
    static final Image KUBECTL =
            new Image(
                    "localhost/kubectl:1",
                    List.of(
                            "-e",
                            "[\"/usr/bin/kubectl\"]",
                            "-x",
                            "cp " + Kubectl.newest() + " usr/bin/kubectl",
                            "busybox-static"));

    /// fabric8 on a Java runtime cut down to what it needs, with [InClusterProgram].
    static final Image FABRIC8 =
            new Image(
                    "localhost/fabric8:1",
                    List.of(
                            "-e",
                            "[\"/opt/java/bin/java\",\"-XX:TieredStopAtLevel=1\",\"-cp\",\"/opt/app/*:/opt/app\",\""
                                    + InClusterProgram.class.getName()
                                    + "\"]",
                            "-x",
                            javaAndClasses(),
                            "libc6",
                            "zlib1g"));

    /// Shell commands that put a runtime, fabric8's jars and the test's classes into an image.
    private static String javaAndClasses() {
        var out = new StringBuilder("mkdir -p opt/app/io/j8s/conformance/e2e\n");
        out.append(System.getProperty("java.home"))
                .append(
                        "/bin/jlink --strip-debug --no-man-pages --no-header-files --output"
                                + " opt/java")
                .append(" --add-modules java.base,java.logging,java.naming,java.net.http,")
                .append("java.desktop,java.management,jdk.unsupported,jdk.crypto.ec\n");
        for (var entry : System.getProperty("java.class.path").split(":", -1)) {
            var name = Path.of(entry).getFileName().toString();
            boolean isNeeded =
                    Stream.of("kubernetes-", "jackson-", "zjsonpatch", "slf4j-api", "snakeyaml")
                            .anyMatch(name::startsWith);
            if (isNeeded && name.endsWith(".jar")) {
                out.append("cp ").append(entry).append(" opt/app/\n");
            }
        }
        var own = InClusterProgram.class.getProtectionDomain().getCodeSource().getLocation();
        return out.append("cp ")
                .append(own.getPath())
                .append(
                        "io/j8s/conformance/e2e/InClusterProgram*.class"
                                + " opt/app/io/j8s/conformance/e2e/")
                .toString();
    }

    private static Image nginx(int release) {
        var setUp =
                """
                mkdir -p var/lib/nginx var/log/nginx run
                ln -sf /dev/stdout var/log/nginx/access.log
                ln -sf /dev/stderr var/log/nginx/error.log
                echo 'worker_processes 1; events {} http { server { listen 80; location / { return 200 "v%d $hostname\\n"; } } }' > etc/nginx/nginx.conf
                """
                        .formatted(release);
        return new Image(
                "localhost/nginx:" + release,
                List.of(
                        "-e",
                        "[\"/usr/sbin/nginx\",\"-g\",\"daemon off;\"]",
                        "-p",
                        "{\"80/tcp\":{}}",
                        "-x",
                        setUp,
                        "nginx-light"));
    }

    /// Begins to make those that the first suites want, so that they need not wait for them one by
    /// one.
    static void prepare() {
        Thread.ofVirtual()
                .name("images")
                .start(() ->
                        List.of(BUSYBOX, NGINX_1, NGINX_2, KUBECTL, PYTHON, FABRIC8, REDIS)
                                .forEach(Image::archive));
    }

    /// The archive, made when it is not there yet.
    Path archive() {
        MAKING.lock();
        try {
            return made();
        } finally {
            MAKING.unlock();
        }
    }

    private Path made() {
        try {
            var root = Cluster.root();
            var directory = Files.createDirectories(root.resolve("conformance/target/images"));
            var file = directory.resolve(reference.replaceAll("[^a-z0-9.]", "-") + ".tar");
            if (!Files.exists(file)) {
                var unfinished = // another run may not have ended yet
                        file.resolveSibling(
                                file.getFileName() + "." + ProcessHandle.current().pid());
                var command = new ArrayList<String>();
                command.add(root.resolve("tools/mkimage.sh").toString());
                command.addAll(List.of("-t", reference, "-o", unfinished.toString()));
                command.addAll(arguments);
                Shell.plain().within(Duration.ofMinutes(3)).run(command, "").expectSuccess();
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void loadInto(Cluster cluster) {
        cluster.load(this);
    }
}
