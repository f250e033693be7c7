package io.j8s.machinery.names;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/// Makes names from `generateName` prefixes (upstream: `k8s.io/apiserver/pkg/storage/names` and
/// `k8s.io/apimachinery/pkg/util/rand`). Safe for use by many threads.
public final class GeneratedNames {

    /// Without vowels and without digits that look like letters, so that no words come out.
    public static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private static final int SUFFIX_LENGTH = 5; // upstream: randomLength
    private static final int PREFIX_LENGTH_MAX = NameRules.LABEL_LENGTH_MAX - SUFFIX_LENGTH;

    private final RandomGenerator random;

    public GeneratedNames() {
        this(new SecureRandom());
    }

    public GeneratedNames(RandomGenerator random) {
        this.random = random;
    }

    /// The prefix, cut to 58 characters, and five random ones.
    public String next(String prefix) {
        String base =
                prefix.length() > PREFIX_LENGTH_MAX
                        ? prefix.substring(0, PREFIX_LENGTH_MAX)
                        : prefix;
        return base + suffix(SUFFIX_LENGTH);
    }

    public String suffix(int length) {
        var out = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            out.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return out.toString();
    }

    /// Writes a hash (of a pod template, say) in the alphabet, one letter for each decimal digit
    /// (upstream: `rand.SafeEncodeString`).
    public static String safeEncode(String digits) {
        var out = new StringBuilder(digits.length());
        for (int i = 0; i < digits.length(); i++) {
            out.append(ALPHABET.charAt(digits.charAt(i) % ALPHABET.length()));
        }
        return out.toString();
    }
}
