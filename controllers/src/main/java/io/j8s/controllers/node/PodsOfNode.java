package io.j8s.controllers.node;

/// The index of pods by the node they are bound to, which several controllers share.
final class PodsOfNode {

    static final String INDEX = "spec.nodeName";

    private PodsOfNode() {}
}
