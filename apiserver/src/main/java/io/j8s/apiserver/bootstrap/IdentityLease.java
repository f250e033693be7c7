package io.j8s.apiserver.bootstrap;

import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.quantity.Timestamps;
import io.j8s.machinery.timers.Timers;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;

/// The Lease by which this API server shows itself in kube-system (upstream: feature
/// APIServerIdentity). Used by one thread at a time.
final class IdentityLease {

    private static final GroupVersionResource LEASES =
            new GroupVersionResource("coordination.k8s.io", "v1", "leases");
    private static final long SECONDS = 3600; // upstream: IdentityLeaseDurationSeconds
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

    private final Ensure ensure;
    private final Timers timers;
    private final String hostname;
    private final String name;
    private final String holder;

    IdentityLease(Ensure ensure, Timers timers, String hostname) {
        this.ensure = ensure;
        this.timers = timers;
        this.hostname = hostname;
        this.name = name(hostname);
        this.holder = name + "_" + UUID.randomUUID();
    }

    /// `apiserver-` and 16 bytes of the host name's SHA-256 in base 32.
    static String name(String hostname) {
        try {
            var hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(hostname.getBytes(StandardCharsets.UTF_8));
            return "apiserver-" + base32(hash, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("JDK without SHA-256", e);
        }
    }

    private static String base32(byte[] bytes, int length) {
        int digits = (length * 8 + 4) / 5;
        var number =
                new BigInteger(1, Arrays.copyOf(bytes, length)).shiftLeft(digits * 5 - length * 8);
        var out = new StringBuilder(digits);
        for (int i = digits - 1; i >= 0; i--) {
            out.append(BASE32.charAt(number.shiftRight(i * 5).intValue() & 31));
        }
        return out.toString();
    }

    /// Takes or renews it.
    void renew() throws InterruptedException {
        var now = Timestamps.printMicro(timers.now());
        var wanted =
                ensure.object(
                        new GroupVersionKind("coordination.k8s.io", "v1", "Lease"),
                        new ObjectKey("kube-system", name));
        wanted.ensureMap("metadata.labels")
                .put("apiserver.kubernetes.io/identity", "kube-apiserver")
                .put("kubernetes.io/hostname", hostname);
        wanted.set("spec.acquireTime", now);
        fill(wanted, now);
        ensure.exists(
                LEASES,
                wanted,
                found -> {
                    if (!holder.equals(found.string("spec.holderIdentity"))) {
                        found.set("spec.acquireTime", now);
                    }
                    fill(found, now);
                    return found;
                });
    }

    private void fill(Tree lease, String now) {
        lease.set("spec.holderIdentity", holder);
        lease.set("spec.leaseDurationSeconds", SECONDS);
        lease.set("spec.renewTime", now);
    }
}
