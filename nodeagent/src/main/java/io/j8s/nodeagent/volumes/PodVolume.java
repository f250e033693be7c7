package io.j8s.nodeagent.volumes;

import java.io.IOException;
import java.nio.file.Path;

/// One volume of one pod on this node.
interface PodVolume {

    /// Makes the volume present, and its content current: it is called again while the pod runs.
    ///
    /// @return what containers bind
    Path mount() throws VolumeException, IOException;
}
