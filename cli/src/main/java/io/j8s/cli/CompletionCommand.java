package io.j8s.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

import java.util.List;

/// `j8s completion`: a bash script that completes commands and flags.
final class CompletionCommand implements Command {

    @Override
    public List<String> words() {
        return List.of("completion");
    }

    @Override
    public String summary() {
        return "Prints a bash completion script: source <(j8s completion).";
    }

    @Override
    public CommandSpec spec() {
        return Commands.spec(this);
    }

    @Override
    public void run(ParseResult given, Terminal terminal) {
        var root = CommandSpec.create().name("j8s");
        for (var command : Commands.all()) {
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
        terminal.line(AutoComplete.bash("j8s", new CommandLine(root)));
    }
}
