package io.j8s.cli;

import picocli.CommandLine.Model.OptionSpec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Completion for zsh: one function that describes the next word, or the flags of the command
/// before it. Pure.
final class ZshCompletion {

    private ZshCompletion() {}

    static String script(List<Command> commands) {
        var cases = new StringBuilder();
        byFirstWord(commands)
                .forEach((word, found) -> {
                    cases.append("    ").append(word).append(")\n");
                    cases.append(
                            found.getFirst().words().size() == 1
                                    ? flags(found.getFirst(), 1)
                                    : secondWords(found));
                    cases.append("      ;;\n");
                });
        return """
        #compdef j8s
        # zsh completion for j8s: put it into a directory of $fpath as _j8s, or source it

        _j8s() {
          local -a words_next
          if (( CURRENT == 2 )); then
            words_next=(%s)
            _describe -t commands 'j8s command' words_next
            return
          fi
          case $words[2] in
        %s  esac
        }

        if (( ! $+functions[compdef] )); then
          autoload -Uz compinit
          compinit
        fi
        if [[ $funcstack[1] == _j8s ]]; then
          _j8s "$@"
        else
          compdef _j8s j8s
        fi\
        """
                .formatted(firstWords(commands), cases);
    }

    private static Map<String, List<Command>> byFirstWord(List<Command> commands) {
        return commands.stream()
                .collect(
                        Collectors.groupingBy(
                                command -> command.words().getFirst(),
                                LinkedHashMap::new,
                                Collectors.toList()));
    }

    private static String firstWords(List<Command> commands) {
        return byFirstWord(commands).entrySet().stream()
                .map(entry -> word(entry.getKey(), entry.getValue().getFirst().summary()))
                .collect(Collectors.joining(" "));
    }

    private static String secondWords(List<Command> commands) {
        var words =
                commands.stream()
                        .map(command -> word(command.words().get(1), command.summary()))
                        .collect(Collectors.joining(" "));
        var out =
                new StringBuilder(
                        """
                              if (( CURRENT == 3 )); then
                                words_next=(%s)
                                _describe -t commands 'j8s command' words_next
                                return
                              fi
                              case $words[3] in
                        """
                                .formatted(words));
        for (var command : commands) {
            out.append("      ").append(command.words().get(1)).append(")\n");
            out.append(flags(command, 2)).append("      ;;\n");
        }
        return out.append("      esac\n").toString();
    }

    /// @param shift how many words stand before those that `_arguments` looks at
    private static String flags(Command command, int shift) {
        var out = new StringBuilder();
        out.append("      shift %d words; (( CURRENT -= %d ))\n".formatted(shift, shift));
        out.append("      _arguments");
        for (var option : command.spec().options()) {
            for (var name : option.names()) {
                out.append(" \\\n        '").append(flag(name, option)).append("'");
            }
        }
        boolean takesFiles = !command.spec().positionalParameters().isEmpty();
        return out.append(takesFiles ? " \\\n        '*:file:_files'\n" : "\n").toString();
    }

    private static String flag(String name, OptionSpec option) {
        var text = "[" + inside(CompletionTexts.description(option)) + "]";
        if (option.arity().min() == 0) {
            return name + text;
        }
        var values =
                switch (option.paramLabel()) {
                    case "FILE" -> "_files";
                    case "DIR" -> "_files -/";
                    default -> " ";
                };
        return name + "=" + text + ":" + inside(option.paramLabel()) + ":" + values;
    }

    private static String word(String word, String summary) {
        return "'" + word + ":" + inside(summary) + "'";
    }

    private static String inside(String text) {
        return text.replace("'", "'\\''")
                .replace("[", "\\[")
                .replace("]", "\\]")
                .replace(":", "\\:");
    }
}
