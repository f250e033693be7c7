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
    private final Measured measured;

    /// How the questions are counted, and of a sampled cycle timed. Used by one thread.
    private static final class Measured {
        final ProfileMetrics metrics;
        final int[] asked;
        int nodesToTime;

        Measured(ProfileMetrics metrics, int questions, int nodesToTime) {
            this.metrics = metrics;
            this.asked = new int[questions];
            this.nodesToTime = nodesToTime;
        }
    }

    /// @param nodesToTime on how many nodes each plugin is timed
    Filters(
            PodInfo pod,
            List<Question> questions,
            Nominations nominations,
            ProfileMetrics metrics,
            int nodesToTime) {
        this(pod, questions, nominations, new Measured(metrics, questions.size(), nodesToTime));
    }

    private Filters(
            PodInfo pod, List<Question> questions, Nominations nominations, Measured measured) {
        this.pod = pod;
        this.questions = List.copyOf(questions);
        this.nominations = nominations;
        this.measured = measured;
    }

    /// Tells the metrics how often each plugin was asked since the last time.
    void tell() {
        for (int i = 0; i < questions.size(); i++) {
            measured.metrics.evaluated(
                    ExtensionPoint.FILTER, questions.get(i).plugin(), measured.asked[i]);
            measured.asked[i] = 0;
        }
    }

    @Nullable Rejection rejection(NodeInfo node) {
        var promised = nominations.inTheWayOf(pod, node.name());
        if (!promised.isEmpty()) {
            var crowded = node.with(promised);
            var asked = questions;
            for (PodInfo other : promised) {
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
        var rejection = new Filters(pod, asked, nominations, measured).rejection(node);
        return rejection == null ? Verdict.Fits.FITS : rejection.verdict();
    }

    /// @param questions as many as this pod's, in their order
    private @Nullable Rejection ask(List<Question> questions, NodeInfo node) {
        boolean isTimed = measured.nodesToTime > 0;
        if (isTimed) {
            measured.nodesToTime--;
        }
        for (int i = 0; i < questions.size(); i++) {
            var question = questions.get(i);
            measured.asked[i]++;
            long began = isTimed ? measured.metrics.begin() : 0;
            var verdict = question.check().filter(node);
            if (isTimed) {
                measured.metrics.ran(
                        question.plugin(),
                        ExtensionPoint.FILTER.label(),
                        ProfileMetrics.code(verdict),
                        began);
            }
            if (verdict instanceof Verdict.Rejected rejected) {
                return new Rejection(question.plugin(), rejected);
            }
        }
        return null;
    }

    /// Most checks look at one node alone and stay as they are; then nothing is copied.
    @SuppressWarnings("ReferenceEquality") // this very check
    private static List<Question> changed(
            List<Question> questions,
            java.util.function.UnaryOperator<FilterPlugin.NodeCheck> change) {
        List<Question> result = questions;
        for (int i = 0; i < questions.size(); i++) {
            var question = questions.get(i);
            var check = change.apply(question.check());
            if (check != question.check()) {
                result = result == questions ? new ArrayList<>(questions) : result;
                result.set(i, new Question(question.plugin(), check));
            }
        }
        return result;
    }
}
