package io.j8s.apiserver.allocation;

import java.math.BigInteger;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// A range of numbers in two bands: the lower is left to those who ask for a number by name as long
/// as the upper has room (upstream: KEP-3070 and KEP-3668). Pure but for the random source.
///
/// @param first the lowest number that may be given
/// @param size how many there are
/// @param lower how many of them, from the first on, are given last
record Band(BigInteger first, BigInteger size, int lower) {

    private static final int TRIES_MAX = 1 << 16;

    /// Upstream's `calculateRangeOffset`: none up to `min` numbers, else one `step`th of them
    /// between `min` and `max`.
    static int lowerBand(BigInteger size, int min, int max, int step) {
        if (size.compareTo(BigInteger.valueOf(min)) <= 0) {
            return 0;
        }
        return size.divide(BigInteger.valueOf(step))
                .max(BigInteger.valueOf(min))
                .min(BigInteger.valueOf(max))
                .intValue();
    }

    boolean contains(BigInteger number) {
        return number.compareTo(first) >= 0 && number.compareTo(first.add(size)) < 0;
    }

    /// The first number that `take` accepts, tried from a random one on: all of the upper band,
    /// then all of the lower.
    Optional<BigInteger> take(RandomGenerator random, Predicate<BigInteger> take) {
        var offset = BigInteger.valueOf(lower);
        var found = take(random, first.add(offset), size.subtract(offset), take);
        return found.isPresent() ? found : take(random, first, offset, take);
    }

    private static Optional<BigInteger> take(
            RandomGenerator random, BigInteger from, BigInteger count, Predicate<BigInteger> take) {
        if (count.signum() <= 0) {
            return Optional.empty();
        }
        int bits = count.bitLength();
        long span = bits > 62 ? Long.MAX_VALUE >> 1 : count.longValueExact();
        long start = random.nextLong(span);
        for (long i = 0; i < Math.min(span, TRIES_MAX); i++) {
            var number = from.add(BigInteger.valueOf((start + i) % span));
            if (take.test(number)) {
                return Optional.of(number);
            }
        }
        return Optional.empty();
    }
}
