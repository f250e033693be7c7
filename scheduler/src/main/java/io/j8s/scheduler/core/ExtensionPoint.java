package io.j8s.scheduler.core;

/// Where in a pod's way through the scheduler plugins are asked, by the names that a profile's
/// configuration uses.
public enum ExtensionPoint {
    PRE_ENQUEUE("preEnqueue", "PreEnqueue", PreEnqueuePlugin.class),
    QUEUE_SORT("queueSort", "QueueSort", QueueSortPlugin.class),
    PRE_FILTER("preFilter", "PreFilter", FilterPlugin.class),
    FILTER("filter", "Filter", FilterPlugin.class),
    POST_FILTER("postFilter", "PostFilter", PostFilterPlugin.class),
    PRE_SCORE("preScore", "PreScore", ScorePlugin.class),
    SCORE("score", "Score", ScorePlugin.class),
    RESERVE("reserve", "Reserve", ReservePlugin.class),
    PERMIT("permit", "Permit", PermitPlugin.class),
    PRE_BIND("preBind", "PreBind", PreBindPlugin.class),
    BIND("bind", "Bind", BindPlugin.class),
    POST_BIND("postBind", "PostBind", PostBindPlugin.class);

    private final String field;
    private final String label;
    private final Class<? extends Plugin> type;

    ExtensionPoint(String field, String label, Class<? extends Plugin> type) {
        this.field = field;
        this.label = label;
        this.type = type;
    }

    /// The field of `profiles[].plugins`.
    public String field() {
        return field;
    }

    /// As upstream's metrics and messages spell it.
    public String label() {
        return label;
    }

    /// What a plugin must be to be asked here.
    public Class<? extends Plugin> type() {
        return type;
    }
}
