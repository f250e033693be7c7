package io.j8s.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

import java.util.List;

/// Completion for bash: picocli's own script over all commands. Pure.
final class BashCompletion {

    private BashCompletion() {}

    static String script(List<Command> commands) {
        var root = CommandSpec.create().name("j8s");
        for (var command : commands) {
            var parent = root;
            for (var word : command.words().subList(0, command.words().size() - 1)) {
                var known = parent.subcommands().get(word);
                if (known == null) {
                    known = new CommandLine(CommandSpec.create().name(word));
                    parent.addSubcommand(word, known);
                }
                parent = known.getCommandSpec();
            }
            var last = command.words().getLast();
            parent.addSubcommand(last, new CommandLine(command.spec().name(last)));
        }
        return AutoComplete.bash("j8s", new CommandLine(root));
    }
}
