package io.j8s.nodeagent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvFileTest {

    private static final String FILE =
            """
            # a comment
              ONE='first' # and why

            TWO='two
            lines'
            EMPTY= 'not taken'
            LAST='$ONE "as it is"'
            """;

    @Test
    void readsValuesLiterally() throws Exception {
        assertThat(EnvFile.value(FILE, "ONE")).contains("first");
        assertThat(EnvFile.value(FILE, "TWO")).contains("two\nlines");
        assertThat(EnvFile.value(FILE, "LAST")).contains("$ONE \"as it is\"");
        assertThat(EnvFile.value(FILE, "EMPTY")).isEmpty();
        assertThat(EnvFile.value(FILE, "NONE")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "A        | line 1: missing '='",
                "='x'     | line 1: empty variable name",
                "A ='x'   | line 1: whitespace before '=' is not allowed",
                "A=x      | line 1: value must be enclosed in single quotes",
                "A='x' y  | line 1: unexpected content after closing quote",
                "A='x     | line 1: unclosed single quote"
            })
    void refusesWhatAShellWouldReadOtherwise(String text, String problem) {
        assertThatThrownBy(() -> EnvFile.value(text, "Z"))
                .hasMessage("invalid environment variable format at " + problem);
    }
}
