package io.j8s.storage.etcd;

import java.util.regex.Pattern;

/// A member's version, as far as decisions depend on it.
record EtcdVersion(int major, int minor, int patch) implements Comparable<EtcdVersion> {

    private static final Pattern FORM = Pattern.compile("v?(\\d+)\\.(\\d+)\\.(\\d+).*");

    /// An unreadable version counts as the oldest.
    static EtcdVersion parse(String text) {
        var matcher = FORM.matcher(text);
        return matcher.matches()
                ? new EtcdVersion(
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)))
                : new EtcdVersion(0, 0, 0);
    }

    /// Whether a requested progress report never overtakes events (etcd issue 15220, mended in
    /// 3.4.31 and 3.5.13). Upstream: `etcdfeature`'s check of RequestWatchProgress.
    boolean trustsProgress() {
        if (major == 3 && minor == 4) {
            return patch >= 31;
        }
        return compareTo(new EtcdVersion(3, 5, 13)) >= 0;
    }

    @Override
    public int compareTo(EtcdVersion other) {
        int byMajor = Integer.compare(major, other.major);
        int byMinor = byMajor != 0 ? byMajor : Integer.compare(minor, other.minor);
        return byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
