package io.j8s.apiserver.request;

import io.j8s.machinery.timers.Deadline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One request on its way through the chain: who, what, until when, and the warnings collected for
/// the `Warning` headers of its answer. Used by one thread at a time.
public final class RequestContext {

    private static final int WARNINGS_MAX = 64;

    private final String auditId;
    private final RequestInfo info;
    private final UserInfo user;
    private final String userAgent;
    private final Deadline deadline;
    private final List<String> warnings = new ArrayList<>();

    public RequestContext(
            String auditId, RequestInfo info, UserInfo user, String userAgent, Deadline deadline) {
        this.auditId = auditId;
        this.info = info;
        this.user = user;
        this.userAgent = userAgent;
        this.deadline = deadline;
    }

    public String auditId() {
        return auditId;
    }

    public RequestInfo info() {
        return info;
    }

    public UserInfo user() {
        return user;
    }

    /// The `User-Agent` header, from which the default field manager is taken; may be empty.
    public String userAgent() {
        return userAgent;
    }

    public Deadline deadline() {
        return deadline;
    }

    /// What time it is, for rules that note when something happened.
    public Instant now() {
        return deadline.timers().now();
    }

    /// Adds a text for a `Warning: 299` header; repeated texts count once, a flood is cut off.
    public void warn(String text) {
        if (warnings.size() < WARNINGS_MAX && !warnings.contains(text)) {
            warnings.add(text);
        }
    }

    public List<String> warnings() {
        return List.copyOf(warnings);
    }
}
