package io.j8s.cli;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.function.BiConsumer;

/// Holds a client to so many requests a second with a reserve for bursts (upstream:
/// `flowcontrol.NewTokenBucketRateLimiter`). Whoever asks for more waits for its turn. Safe for use
/// by many threads.
final class RequestLimit implements Interceptor {

    static final String NAME = "j8s-request-limit";

    private final Timers timers;
    private final BiConsumer<HttpRequest, Double> waited;
    private final double perNano;
    private final double burst;
    private double left;
    private long atNanos;

    /// @param qps above 0
    /// @param waited hears of each request how many seconds it waited
    RequestLimit(double qps, int burst, Timers timers, BiConsumer<HttpRequest, Double> waited) {
        this.timers = timers;
        this.waited = waited;
        this.perNano = qps / 1e9;
        this.burst = Math.max(1, burst);
        this.left = this.burst;
        this.atNanos = timers.nanoTime();
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        long wait = take(timers.nanoTime());
        waited.accept(request, Math.max(0, wait) / 1e9);
        if (wait > 0) {
            try {
                timers.sleep(Duration.ofNanos(wait));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Takes one token, if need be one of the future's.
    ///
    /// @param now by `Timers.nanoTime`
    /// @return nanoseconds until it is there
    synchronized long take(long now) {
        left = Math.min(burst, left + (now - atNanos) * perNano) - 1;
        atNanos = now;
        return left >= 0 ? 0 : (long) Math.ceil(-left / perNano);
    }
}
