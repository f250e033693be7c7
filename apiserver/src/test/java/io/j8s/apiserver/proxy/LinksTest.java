package io.j8s.apiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

final class LinksTest {

    private final Links links = new Links("/p/proxy", "10.0.0.1:80", "api:6443");

    @ParameterizedTest
    @CsvSource({
        "/, /p/proxy/",
        "/a/../b/./c, /p/proxy/b/c",
        "/a/?q=/x#f, /p/proxy/a/?q=/x#f",
        "/p/proxy/a, /p/proxy/a",
        "a/b, a/b",
        "#top, #top",
        "http://10.0.0.1:80/a, /p/proxy/a",
        "http://api:6443/a, http://api:6443/p/proxy/a",
        "//elsewhere/a, //elsewhere/a",
        "https://elsewhere/a, https://elsewhere/a",
        "mailto:x@y, mailto:x@y",
    })
    void absolutePathsOfTheBackendLeadThroughTheProxy(String url, String changed) {
        assertThat(links.changed(url)).isEqualTo(changed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<a href=\"/rewriteme\">test</a>|<a href=\"/p/proxy/rewriteme\">test</a>",
                "<A class=x HREF='/a' >t</A>|<A class=x HREF='/p/proxy/a' >t</A>",
                "<img src=/a><br/>|<img src=/p/proxy/a><br/>",
                "<form action=\"/a\"/>|<form action=\"/p/proxy/a\"/>",
                "<p href=\"/a\" title=\"<a href='/b'>\">|<p href=\"/a\" title=\"<a href='/b'>\">",
                "<!-- <a href=\"/a\"> --><a href=\"/b\">|<!-- <a href=\"/a\"> --><a"
                        + " href=\"/p/proxy/b\">",
                "<script>x='<a href=\"/a\">'</script><a href='/b'>"
                        + "|<script>x='<a href=\"/a\">'</script><a href='/p/proxy/b'>",
                "a < b <|a < b <",
                "<a href=\"/cut|<a href=\"/cut",
            })
    void onlyLinksOfElementsChange(String page, String changed) throws IOException {
        var bytes = page.getBytes(StandardCharsets.UTF_8);
        assertThat(links.page(new ByteArrayInputStream(bytes), ""))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(changed);
    }

    @Test
    void compressedPagesStayCompressed() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write("<a href='/ü'>ü</a>".getBytes(StandardCharsets.UTF_8));
        }
        var page = links.page(new ByteArrayInputStream(packed.toByteArray()), "gzip");
        assertThat(new GZIPInputStream(page))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("<a href='/p/proxy/ü'>ü</a>");
    }

    @Test
    void unknownEncodingsPassAsTheyAre() throws IOException {
        var page = new ByteArrayInputStream("<a href='/a'>".getBytes(StandardCharsets.UTF_8));
        assertThat(links.page(page, "br"))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("<a href='/a'>");
    }
}
