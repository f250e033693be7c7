package io.j8s.scheduler.core;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The filters' questions about nodes for one pod in one cycle (upstream:
/// `RunFilterPluginsWithNominatedPods`).
///
/// A node that others were promised room on must do both with them and without: they may go
/// elsewhere, and what they need may depend on the pod.
final class Filters {

    /// A filter's question with the name of who asks it.
    record Question(String plugin, FilterPlugin.NodeCheck check) {}

    /// @param plugin that turned the node down
    record Rejection(String plugin, Verdict.Rejected verdict) {}

    private final PodInfo pod;
    private final List<Question> questions;
    private final Nominations nominations;

    Filters(PodInfo pod, List<Question> questions, Nominations nominations) {
        this.pod = pod;
        this.questions = List.copyOf(questions);
        this.nominations = nominations;
    }

    @Nullable Rejection rejection(NodeInfo node) {
        var promised = nominations.inTheWayOf(pod, node.name());
        if (!promised.isEmpty()) {
            var crowded = node.copy();
            var asked = questions;
            for (PodInfo other : promised) {
                crowded.add(other);
                asked = changed(asked, check -> check.with(other, crowded));
            }
            var rejection = ask(asked, crowded);
            if (rejection != null) {
                return rejection;
            }
        }
        return ask(questions, node);
    }

    /// The same of a node as it would be without some of its pods.
    ///
    /// @param node a copy from which `removed` have been taken already
    Verdict without(NodeInfo node, List<PodInfo> removed) {
        var asked = questions;
        for (PodInfo gone : removed) {
            asked = changed(asked, check -> check.without(gone, node));
        }
        var rejection = new Filters(pod, asked, nominations).rejection(node);
        return rejection == null ? Verdict.Fits.FITS : rejection.verdict();
    }

    private static @Nullable Rejection ask(List<Question> questions, NodeInfo node) {
        for (int i = 0; i < questions.size(); i++) {
            var question = questions.get(i);
            if (question.check().filter(node) instanceof Verdict.Rejected rejected) {
                return new Rejection(question.plugin(), rejected);
            }
        }
        return null;
    }

    private static List<Question> changed(
            List<Question> questions,
            java.util.function.UnaryOperator<FilterPlugin.NodeCheck> change) {
        var result = new ArrayList<Question>(questions.size());
        for (var question : questions) {
            result.add(new Question(question.plugin(), change.apply(question.check())));
        }
        return result;
    }
}
