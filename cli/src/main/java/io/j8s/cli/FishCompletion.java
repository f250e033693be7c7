package io.j8s.cli;

import picocli.CommandLine.Model.OptionSpec;

import java.util.List;

/// Completion for fish: one `complete` line for each word and each flag. Pure.
final class FishCompletion {

    private FishCompletion() {}

    static String script(List<Command> commands) {
        var out = new StringBuilder("# fish completion for j8s\ncomplete -c j8s -f\n");
        for (var command : commands) {
            var words = command.words();
            for (int i = 0; i < words.size(); i++) {
                boolean isWhole = i == words.size() - 1;
                out.append(
                        "complete -c j8s -n '%s' -a %s -d '%s'\n"
                                .formatted(
                                        before(words.subList(0, i), words.get(i)),
                                        words.get(i),
                                        isWhole ? quoted(command.summary()) : ""));
            }
            for (var option : command.spec().options()) {
                out.append(flag(words.getLast(), option));
            }
        }
        return out.toString();
    }

    /// The condition under which `next` may come after the words before it.
    private static String before(List<String> words, String next) {
        return words.isEmpty()
                ? "__fish_use_subcommand"
                : "__fish_seen_subcommand_from %s; and not __fish_seen_subcommand_from %s"
                        .formatted(words.getLast(), next);
    }

    private static String flag(String word, OptionSpec option) {
        var line =
                new StringBuilder("complete -c j8s -n '__fish_seen_subcommand_from " + word + "'");
        for (var name : option.names()) {
            line.append(
                    name.startsWith("--")
                            ? " -l " + name.substring(2)
                            : " -s " + name.substring(1));
        }
        boolean takesValue = option.arity().min() > 0;
        if (takesValue) {
            line.append(" -r");
            line.append(CompletionTexts.namesFile(option) ? " -F" : " -f");
        }
        return line.append(" -d '")
                .append(quoted(CompletionTexts.description(option)))
                .append("'\n")
                .toString();
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("'", "\\'");
    }
}
