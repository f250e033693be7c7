package io.j8s.apiserver.discovery;

import io.j8s.apiserver.request.Answer.Header;

import java.util.List;

/// What a request for a document meets.
public sealed interface Found {

    /// @param headers such as ETag and caching, besides content type and length
    record Here(Document document, List<Header> headers) implements Found {
        public Here {
            headers = List.copyOf(headers);
        }
    }

    /// An outdated `?hash=`.
    record Moved(String location) implements Found {}

    /// The path exists, but in none of the forms asked for.
    record NotAcceptable(List<String> mediaTypes) implements Found {
        public NotAcceptable {
            mediaTypes = List.copyOf(mediaTypes);
        }
    }

    /// No document lives at the path.
    record Nothing() implements Found {}
}
