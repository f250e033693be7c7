package io.j8s.apiserver.access.authn;

import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Tokens by which machines join: `ID.SECRET`, kept in Secrets `kube-system/bootstrap-token-ID`
/// (upstream: `plugin/pkg/auth/authenticator/token/bootstrap`).
public final class BootstrapTokenAuthenticator implements Authenticator {

    private static final GroupResource SECRETS = new GroupResource("", "secrets");
    private static final String TYPE = "bootstrap.kubernetes.io/token";
    private static final Pattern TOKEN = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
    private static final String DEFAULT_GROUP = "system:bootstrappers";
    private static final Pattern GROUP =
            Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");

    private final Lookup lookup;
    private final Timers timers;

    public BootstrapTokenAuthenticator(Lookup lookup, Timers timers) {
        this.lookup = lookup;
        this.timers = timers;
    }

    @Override
    public Result authenticate(Credentials credentials) {
        var match = TOKEN.matcher(credentials.bearerToken());
        if (!match.matches()) {
            return new Result.NotMine();
        }
        var id = match.group(1);
        var key = new ObjectKey("kube-system", "bootstrap-token-" + id);
        // upstream: every refusal is silent, so that nobody learns which tokens exist
        return lookup.get(SECRETS, key)
                .filter(secret -> isValid(secret, id, match.group(2)))
                .<Result>map(secret -> user(secret, id))
                .orElseGet(Result.NotMine::new);
    }

    private boolean isValid(Tree secret, String id, String wanted) {
        return !secret.has("metadata.deletionTimestamp")
                && secret.string("type", "").equals(TYPE)
                && MessageDigest.isEqual(bytes(data(secret, "token-secret")), bytes(wanted))
                && data(secret, "token-id").equals(id)
                && !isExpired(data(secret, "expiration"))
                && data(secret, "usage-bootstrap-authentication").equals("true");
    }

    private boolean isExpired(String expiration) {
        if (expiration.isEmpty()) {
            return false;
        }
        try {
            return timers.now().isAfter(Instant.parse(expiration));
        } catch (DateTimeParseException _) {
            return true; // upstream: an unreadable time counts as passed
        }
    }

    private static Result user(Tree secret, String id) {
        var groups = groups(data(secret, "auth-extra-groups"));
        return groups == null
                ? new Result.NotMine()
                : new Result.Authenticated(
                        new UserInfo("system:bootstrap:" + id, "", groups, Map.of()));
    }

    private static @Nullable List<String> groups(String extra) {
        var out = new TreeSet<String>(List.of(DEFAULT_GROUP));
        for (var group : extra.split(",", -1)) {
            if (group.isEmpty()) {
                continue;
            }
            if (!GROUP.matcher(group).matches()) {
                return null; // upstream: one bad group makes the token useless
            }
            out.add(group);
        }
        return new ArrayList<>(out);
    }

    private static String data(Tree secret, String name) {
        var map = secret.map("data");
        var encoded = map == null ? null : map.string(name);
        if (encoded == null) {
            return "";
        }
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
