package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import java.util.List;
import java.util.Optional;

/// Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with fewer soft
/// taints.
public final class TaintToleration implements FilterPlugin, ScorePlugin {

    private static final Verdict UNTOLERATED =
            new Verdict.Rejected("node(s) had untolerated taint(s)", false);

    @Override
    public boolean hasPreFilter() {
        return false;
    }

    @Override
    public String name() {
        return "TaintToleration";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_TAINT)
                        .when(TaintToleration::isAnswered),
                WakeUp.on(Resource.TARGET_POD, Action.UPDATE_TOLERATION));
    }

    private static boolean isAnswered(PodInfo waiting, ClusterChange change) {
        var tolerations = waiting.spec().getTolerations();
        boolean was =
                change.before() instanceof Node before
                        && Tolerations.untolerated(NodeInfo.empty(before).taints(), tolerations)
                                == null;
        return change.after() instanceof Node after
                && Tolerations.untolerated(NodeInfo.empty(after).taints(), tolerations) == null
                && !was;
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var tolerations = pod.spec().getTolerations();
        return Preparation.check(node ->
                Tolerations.untolerated(node.taints(), tolerations) == null
                        ? Verdict.Fits.FITS
                        : UNTOLERATED);
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
        return Optional.of(new Score(soft));
    }

    private record Score(List<Toleration> tolerations) implements NodeScore {
        @Override
        public long score(NodeInfo node) {
            long untolerated = 0;
            var taints = node.taints();
            for (int i = 0; i < taints.size(); i++) {
                Taint taint = taints.get(i);
                if ("PreferNoSchedule".equals(taint.getEffect())
                        && !Tolerations.tolerate(tolerations, taint)) {
                    untolerated++;
                }
            }
            return untolerated;
        }

        @Override
        public void normalize(long[] scores) {
            ScorePlugin.scale(scores, true);
        }
    }
}
