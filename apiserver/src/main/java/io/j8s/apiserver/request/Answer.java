package io.j8s.apiserver.request;

import java.util.List;

/// What a request is answered with.
///
/// @param contentType empty for none
/// @param headers besides content type, length and those that every answer carries
public record Answer(int code, String contentType, List<Header> headers, Body body) {

    public static final String JSON = "application/json";
    public static final String TEXT = "text/plain; charset=utf-8";

    /// One header line.
    public record Header(String name, String value) {}

    public Answer {
        headers = List.copyOf(headers);
    }

    public static Answer of(int code, String contentType, byte[] body) {
        return new Answer(code, contentType, List.of(), Body.of(body));
    }

    public static Answer text(int code, String text) {
        return new Answer(
                code,
                TEXT,
                List.of(new Header("X-Content-Type-Options", "nosniff")),
                Body.of(text));
    }
}
