package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.names.GeneratedNames;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Gives each pod its service account, the account's pull secrets and a token volume (upstream:
/// `plugin/pkg/admission/serviceaccount`).
public final class ServiceAccountPlugin implements AdmissionPlugin {

    private static final GroupResource SERVICE_ACCOUNTS = new GroupResource("", "serviceaccounts");
    private static final String DEFAULT = "default";
    private static final String VOLUME_PREFIX = "kube-api-access-";
    private static final String MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String ENFORCE = "kubernetes.io/enforce-mountable-secrets";
    private static final long EXPIRATION_SECONDS =
            3607; // upstream: WarnOnlyBoundTokenExpirationPeriod
    private static final int DEFAULT_ATTEMPTS =
            10; // upstream: the controller may be about to make it
    private static final Duration RETRY = Duration.ofMillis(150);

    private final Lookup lookup;
    private final Timers timers;
    private final GeneratedNames names = new GeneratedNames();

    public ServiceAccountPlugin(Lookup lookup, Timers timers) {
        this.lookup = lookup;
        this.timers = timers;
    }

    @Override
    public String name() {
        return "ServiceAccount";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isPod(attributes) && Refusals.isCreate(attributes);
    }

    @Override
    public void mutate(AdmissionAttributes attributes) throws InterruptedException {
        var pod = Objects.requireNonNull(attributes.object());
        if (isMirror(pod)) {
            checkMirror(attributes, pod);
            return;
        }
        if (pod.string("spec.serviceAccountName", "").isEmpty()) {
            pod.set("spec.serviceAccountName", DEFAULT);
        }
        var name = pod.string("spec.serviceAccountName", DEFAULT);
        pod.set("spec.serviceAccount", name); // the field's old name, always the same
        var account = find(attributes, name);
        if (isMounting(account, pod)) {
            mountToken(pod);
        }
        if (pod.trees("spec.imagePullSecrets").isEmpty()
                && !account.trees("imagePullSecrets").isEmpty()) {
            var secrets = pod.ensureList("spec.imagePullSecrets");
            account.trees("imagePullSecrets").forEach(ref -> secrets.addValue(ref.copy()));
        }
    }

    @Override
    public void validate(AdmissionAttributes attributes) throws InterruptedException {
        var pod = Objects.requireNonNull(attributes.object());
        if (isMirror(pod)) {
            checkMirror(attributes, pod);
            return;
        }
        var name = pod.string("spec.serviceAccountName", "");
        if (name.isEmpty()) {
            throw Refusals.forbidden(
                    attributes,
                    "no service account specified for pod %s/%s"
                            .formatted(
                                    attributes.key().namespace(), pod.string("metadata.name", "")));
        }
        var account = find(attributes, name);
        if ("true".equals(account.stringMap("metadata.annotations").get(ENFORCE))) {
            limitSecrets(attributes, account, pod);
        }
    }

    private static boolean isMirror(Tree pod) {
        return pod.stringMap("metadata.annotations").containsKey(MIRROR);
    }

    private static void checkMirror(AdmissionAttributes attributes, Tree pod) {
        if (!pod.string("spec.serviceAccountName", "").isEmpty()) {
            throw Refusals.forbidden(attributes, "a mirror pod may not reference service accounts");
        }
        if (!PodSecrets.of(pod).isEmpty()) {
            throw Refusals.forbidden(attributes, "a mirror pod may not reference secrets");
        }
        for (var volume : pod.trees("spec.volumes")) {
            for (var source : volume.trees("projected.sources")) {
                if (source.has("serviceAccountToken")) {
                    throw Refusals.forbidden(
                            attributes,
                            "a mirror pod may not use ServiceAccountToken volume projections");
                }
            }
        }
    }

    private Tree find(AdmissionAttributes attributes, String name) throws InterruptedException {
        var key = new ObjectKey(attributes.key().namespace(), name);
        int attempts = name.equals(DEFAULT) ? DEFAULT_ATTEMPTS : 1;
        for (int attempt = 0; attempt < attempts; attempt++) {
            if (attempt > 0) {
                timers.sleep(RETRY);
            }
            Optional<Tree> found = lookup.get(SERVICE_ACCOUNTS, key);
            if (found.isEmpty()) {
                found = lookup.getFresh(SERVICE_ACCOUNTS, key);
            }
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw Refusals.forbidden(
                attributes,
                "error looking up service account %s/%s: serviceaccount %s not found"
                        .formatted(key.namespace(), name, FieldErrors.quote(name)));
    }

    /// The pod's own word counts before the account's; without either it is mounted.
    private static boolean isMounting(Tree account, Tree pod) {
        var own = pod.bool("spec.automountServiceAccountToken");
        return own != null ? own : account.bool("automountServiceAccountToken", true);
    }

    private void mountToken(Tree pod) {
        String present = "";
        for (var volume : pod.trees("spec.volumes")) {
            if (volume.string("name", "").startsWith(VOLUME_PREFIX)) {
                present = volume.string("name", "");
                break;
            }
        }
        var name = present.isEmpty() ? names.next(VOLUME_PREFIX) : present;
        boolean isNeeded = false;
        for (var path : List.of("spec.initContainers", "spec.containers")) {
            for (var container : pod.trees(path)) {
                isNeeded |= mount(container, name);
            }
        }
        if (present.isEmpty() && isNeeded) {
            addVolume(pod.ensureList("spec.volumes").addTree(), name);
        }
    }

    /// @return false when the container has something of its own at that path
    private static boolean mount(Tree container, String volume) {
        for (var mount : container.trees("volumeMounts")) {
            if (mount.string("mountPath", "").equals(MOUNT_PATH)) {
                return false;
            }
        }
        var mount = container.ensureList("volumeMounts").addTree();
        mount.set("name", volume).set("readOnly", true).set("mountPath", MOUNT_PATH);
        return true;
    }

    private static void addVolume(Tree volume, String name) {
        volume.set("name", name);
        var projected = volume.ensure("projected").set("defaultMode", 420L); // 0644
        var sources = projected.ensureList("sources");
        var token = sources.addTree().ensure("serviceAccountToken");
        token.set("expirationSeconds", EXPIRATION_SECONDS).set("path", "token");
        var root = sources.addTree().ensure("configMap").set("name", "kube-root-ca.crt");
        root.ensureList("items").addTree().set("key", "ca.crt").set("path", "ca.crt");
        var item = sources.addTree().ensure("downwardAPI").ensureList("items").addTree();
        item.set("path", "namespace");
        item.set("fieldRef.apiVersion", "v1").set("fieldRef.fieldPath", "metadata.namespace");
    }

    private static void limitSecrets(AdmissionAttributes attributes, Tree account, Tree pod) {
        var mountable = refNames(account.trees("secrets"));
        for (var volume : pod.trees("spec.volumes")) {
            var secret = volume.string("secret.secretName", "");
            if (!secret.isEmpty() && !mountable.contains(secret)) {
                throw refused(attributes, "volume with secret.secretName", secret, account);
            }
        }
        for (var use : PodSecrets.inContainers(pod)) {
            if (!mountable.contains(use.secret())) {
                throw Refusals.forbidden(
                        attributes,
                        ("%s container %s with %s referencing secret.secretName=%s is not allowed"
                                        + " because service account %s does not reference that"
                                        + " secret")
                                .formatted(
                                        use.containerKind(),
                                        use.container(),
                                        use.place(),
                                        FieldErrors.quote(use.secret()),
                                        account.string("metadata.name", "")));
            }
        }
        var pull = refNames(account.trees("imagePullSecrets"));
        var wanted = pod.trees("spec.imagePullSecrets");
        for (int i = 0; i < wanted.size(); i++) {
            var secret = wanted.get(i).string("name", "");
            if (!pull.contains(secret)) {
                throw Refusals.forbidden(
                        attributes,
                        ("imagePullSecrets[%d].name=%s is not allowed because service account %s"
                                        + " does not reference that imagePullSecret")
                                .formatted(
                                        i,
                                        FieldErrors.quote(secret),
                                        account.string("metadata.name", "")));
            }
        }
    }

    private static Set<String> refNames(List<Tree> refs) {
        var out = new HashSet<String>();
        refs.forEach(ref -> out.add(ref.string("name", "")));
        return out;
    }

    private static ApiException refused(
            AdmissionAttributes attributes, String what, String secret, Tree account) {
        return Refusals.forbidden(
                attributes,
                "%s=%s is not allowed because service account %s does not reference that secret"
                        .formatted(
                                what,
                                FieldErrors.quote(secret),
                                account.string("metadata.name", "")));
    }
}
