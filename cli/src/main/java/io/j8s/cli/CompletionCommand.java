package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

import java.util.List;

/// `j8s completion`: a script that completes commands and flags in the user's shell.
final class CompletionCommand implements Command {

    private static final String HOW =
            "bash: source <(j8s completion bash); zsh: source <(j8s completion zsh); fish: j8s"
                    + " completion fish | source.";

    @Override
    public List<String> words() {
        return List.of("completion");
    }

    @Override
    public String summary() {
        return "Prints a completion script for bash, zsh or fish.";
    }

    @Override
    public CommandSpec spec() {
        return Commands.spec(this)
                .addPositional(
                        PositionalParamSpec.builder()
                                .paramLabel("bash|zsh|fish")
                                .arity("0..1")
                                .type(String.class)
                                .description(HOW + " Default: bash.")
                                .build());
    }

    @Override
    public void run(ParseResult given, Terminal terminal) throws CommandException {
        String shell = given.matchedPositionalValue(0, "bash");
        var commands = Commands.all();
        switch (shell) {
            case "bash" -> terminal.line(BashCompletion.script(commands));
            case "zsh" -> terminal.line(ZshCompletion.script(commands));
            case "fish" -> terminal.line(FishCompletion.script(commands));
            default ->
                    throw CommandException.usage(
                            "there is no completion for \"" + shell + "\": use bash, zsh or fish");
        }
    }
}
