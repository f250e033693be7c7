package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Answer.Header;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.Status;
import io.j8s.machinery.errors.Statuses;
import io.j8s.storage.model.StoreException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The one place where what went wrong becomes an answer: refusals as they are, anything else as a
/// 500 whose stack stays in the log.
public final class Answers {

    private static final Logger log = LoggerFactory.getLogger(Answers.class);

    private final StatusCodec codec;

    /// Writes a Status in the forms that clients take.
    @FunctionalInterface
    public interface StatusCodec {
        byte[] write(Status status, Negotiated form);

        /// JSON only, for parts that stand alone.
        StatusCodec JSON = (status, form) -> status.toJson().getBytes(StandardCharsets.UTF_8);
    }

    public Answers(StatusCodec codec) {
        this.codec = codec;
    }

    /// What a failure means to the client.
    public static ApiError error(Throwable failure) {
        return switch (failure) {
            case ApiException refusal -> refusal.error();
            case StoreException.ValueTooLarge tooLarge ->
                    // upstream passes etcd's refusal on as it came
                    new ApiError.RequestEntityTooLarge(String.valueOf(tooLarge.getMessage()));
            case StoreException.Unavailable _ ->
                    new ApiError.Timeout(
                            "request did not complete within requested timeout - context deadline"
                                    + " exceeded",
                            Duration.ZERO);
            case InterruptedException _ ->
                    new ApiError.Timeout(
                            "request did not complete within the allotted timeout", Duration.ZERO);
            default -> new ApiError.Internal("unexpected failure; see the server's log");
        };
    }

    public void fail(Exchange exchange, Throwable failure) {
        fail(exchange, failure, List.of());
    }

    /// @param warnings what was found strange before it failed
    public void fail(Exchange exchange, Throwable failure, List<String> warnings) {
        var error = error(failure);
        if (error instanceof ApiError.Internal || failure instanceof StoreException.Unavailable) {
            log.atError()
                    .addKeyValue("method", exchange.method())
                    .addKeyValue("path", exchange.path())
                    .setCause(failure)
                    .log("request failed");
        }
        if (!exchange.isAnswered()) {
            status(exchange, Statuses.of(error), warnings);
        }
    }

    public void refuse(Exchange exchange, ApiError error) {
        status(exchange, Statuses.of(error), List.of());
    }

    /// @param code that of the answer, when the Status does not say it
    public void success(Exchange exchange, int code, Status status, List<String> warnings) {
        var form = Negotiation.forErrors(exchange);
        exchange.answer(
                new Answer(
                        code,
                        form.format().mediaType(),
                        warningHeaders(warnings),
                        Body.of(codec.write(status, form))));
    }

    public void status(Exchange exchange, Status status, List<String> warnings) {
        var form = Negotiation.forErrors(exchange);
        var headers = new ArrayList<Header>(warningHeaders(warnings));
        var details = status.details();
        if (details != null && details.retryAfterSeconds() > 0) {
            headers.add(new Header("Retry-After", String.valueOf(details.retryAfterSeconds())));
        }
        if (status.code() == 403) {
            headers.add(new Header("X-Content-Type-Options", "nosniff"));
        }
        exchange.answer(
                new Answer(
                        status.code() == 0 ? 200 : status.code(),
                        form.format().mediaType(),
                        headers,
                        Body.of(codec.write(status, form))));
    }

    /// `Warning: 299 - "text"` lines (RFC 7234, as upstream's `net.NewWarningHeader`).
    public static List<Header> warningHeaders(List<String> warnings) {
        return warnings.isEmpty()
                ? List.of()
                : warnings.stream()
                        .map(text -> new Header("Warning", "299 - " + quoted(text)))
                        .toList();
    }

    private static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= 0x20 && c != 0x7f) {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
