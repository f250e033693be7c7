package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;

import java.util.List;
import java.util.Optional;

/// Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with fewer soft
/// taints.
public final class TaintToleration implements FilterPlugin, ScorePlugin {

    @Override
    public String name() {
        return "TaintToleration";
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var tolerations = pod.spec().getTolerations();
        return Preparation.check(node -> check(node, tolerations));
    }

    private static Verdict check(NodeInfo node, List<Toleration> tolerations) {
        for (Taint taint : node.taints()) {
            boolean hard = !"PreferNoSchedule".equals(taint.getEffect());
            if (hard && !Tolerations.tolerate(tolerations, taint)) {
                return new Verdict.Rejected(
                        "node(s) had untolerated taint {%s: %s}"
                                .formatted(taint.getKey(), Tolerations.orEmpty(taint.getValue())),
                        false);
            }
        }
        return Verdict.Fits.FITS;
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        var soft =
                pod.spec().getTolerations().stream()
                        .filter(t -> {
                            String effect = Tolerations.orEmpty(t.getEffect());
                            return effect.isEmpty() || effect.equals("PreferNoSchedule");
                        })
                        .toList();
        return Optional.of(
                new NodeScore() {
                    @Override
                    public long score(NodeInfo node) {
                        return node.taints().stream()
                                .filter(taint -> "PreferNoSchedule".equals(taint.getEffect()))
                                .filter(taint -> !Tolerations.tolerate(soft, taint))
                                .count();
                    }

                    @Override
                    public void normalize(long[] scores) {
                        ScorePlugin.scale(scores, true);
                    }
                });
    }
}
