package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Answers;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.registry.Forms.Wanted;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Answer.Header;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.timers.Timers;

import java.util.ArrayList;

/// What the verbs share. Immutable; any thread.
public record Serving(
        Answers answers,
        Forms forms,
        Bodies bodies,
        DeleteBodies deleteBodies,
        Writes writes,
        Timers timers) {

    static final int BODY_BYTES_MAX = 3 * 1024 * 1024; // upstream: MaxRequestBodyBytes

    /// A job that answers, and may block.
    @FunctionalInterface
    public interface Work {
        void run() throws InterruptedException;
    }

    /// Goes on where it may block.
    public void onWorker(Exchange exchange, RequestContext context, Work work) {
        exchange.onWorker(() -> runLimited(exchange, context, work));
    }

    /// A job that needs the request's body.
    @FunctionalInterface
    public interface BodyWork {
        void run(byte[] body) throws InterruptedException;
    }

    /// Reads the body without a thread, then goes on where it may block.
    public void withBody(Exchange exchange, RequestContext context, BodyWork work) {
        exchange.withBody(
                BODY_BYTES_MAX,
                body -> runLimited(exchange, context, () -> work.run(body)),
                () ->
                        answers.refuse(
                                exchange,
                                new io.j8s.machinery.errors.ApiError.RequestEntityTooLarge(
                                        "limit is " + BODY_BYTES_MAX)));
    }

    /// On a worker, which is interrupted when the request takes too long: whatever it waits for
    /// then gives up, and the client is told.
    private void runLimited(Exchange exchange, RequestContext context, Work work) {
        var worker = Thread.currentThread();
        var left = context.deadline().remaining();
        try (var _ = timers.schedule(left, Runnable::run, worker::interrupt)) {
            run(exchange, context, work);
        }
    }

    public void run(Exchange exchange, RequestContext context, Work work) {
        try {
            work.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answers.fail(exchange, e, context.warnings());
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            // a client without an answer would wait for ever
            answers.fail(exchange, e, context.warnings());
        }
    }

    public Wanted wanted(Exchange exchange, Negotiated form) {
        return new Wanted(
                form,
                exchange.query().first("includeObject"),
                Compression.isWanted(exchange),
                timers.now());
    }

    /// Sends an answer's body, compressed when it is large and the client takes that.
    public void answer(
            Exchange exchange, RequestContext context, int code, Negotiated form, Body body) {
        var headers = new ArrayList<Header>(Answers.warningHeaders(context.warnings()));
        Body sent = body;
        if (body instanceof Body.Whole whole
                && whole.length() > Compression.BYTES_MIN
                && Compression.isWanted(exchange)) {
            sent = Compression.of(whole.bytes());
        }
        if (body instanceof Compression.Pieces pieces
                && !pieces.isCompressed()
                && pieces.length() > Compression.BYTES_MIN
                && Compression.isWanted(exchange)) {
            sent = pieces.compress();
        }
        if (sent instanceof Compression.Pieces pieces && pieces.isCompressed()) {
            headers.add(new Header("Content-Encoding", "gzip"));
            headers.add(new Header("Vary", "Accept-Encoding"));
        }
        exchange.answer(new Answer(code, form.format().mediaType(), headers, sent));
    }
}
