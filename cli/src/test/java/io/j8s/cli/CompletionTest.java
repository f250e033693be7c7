package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The scripts in the shells that they are for; `./verify` installs those.
class CompletionTest {

    @TempDir Path directory;

    private String in(String shell, String script, String commands) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/" + shell))
                        || Files.isExecutable(Path.of("/bin/" + shell)),
                shell + " is not installed");
        var file = Files.writeString(directory.resolve("completion"), script);
        var asked = commands.replace("SCRIPT", file.toString());
        var process =
                new ProcessBuilder("timeout", "20", shell, "-c", asked)
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }

    @Test
    void bashCompletesCommandsAndFlags() throws Exception {
        var script = BashCompletion.script(Commands.all());
        var ask =
                "source SCRIPT; COMP_WORDS=(%s); COMP_CWORD=%d; _complete_j8s; echo"
                        + " \"${COMPREPLY[@]}\"";
        assertThat(in("bash", script, ask.formatted("j8s st", 1))).contains("status");
        assertThat(in("bash", script, ask.formatted("j8s up --cluster-", 2)))
                .contains("--cluster-cidr", "--cluster-dns", "--cluster-domain");
    }

    @Test
    void fishCompletesCommandsAndFlags() throws Exception {
        var script = FishCompletion.script(Commands.all());
        assertThat(in("fish", script, "source SCRIPT; complete -C 'j8s st'"))
                .contains("status\tShows");
        assertThat(in("fish", script, "source SCRIPT; complete -C 'j8s image '")).contains("load");
        assertThat(in("fish", script, "source SCRIPT; complete -C 'j8s up --cluster-'"))
                .contains("--cluster-cidr", "--cluster-dns", "--cluster-domain");
    }

    /// zsh completes only in an interactive shell, so one runs on a pseudo-terminal.
    @Test
    void zshCompletesCommandsAndFlags() throws Exception {
        var script = ZshCompletion.script(Commands.all());
        assertThat(zsh(script, "j8s st", "status")).contains("completed");
        assertThat(zsh(script, "j8s image l", "load")).contains("completed");
        assertThat(zsh(script, "j8s up --cluster-ci", "cluster-cidr")).contains("completed");
    }

    private String zsh(String script, String typed, String expected) throws Exception {
        return in(
                "zsh",
                script,
                """
                zmodload zsh/zpty
                zpty shell zsh -f -i
                zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; source SCRIPT; print READY-$((1+1))'
                zpty -r -m shell line '*READY-2*'
                zpty -w -n shell $'%s\t'
                zpty -r -m shell line '*%s*' && print completed
                zpty -d shell
                """
                        .formatted(typed, expected));
    }
}
