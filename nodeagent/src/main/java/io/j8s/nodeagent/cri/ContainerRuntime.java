package io.j8s.nodeagent.cri;

import io.j8s.cri.v1.AttachRequest;
import io.j8s.cri.v1.AuthConfig;
import io.j8s.cri.v1.Container;
import io.j8s.cri.v1.ContainerConfig;
import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.ContainerStats;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.ExecRequest;
import io.j8s.cri.v1.ExecSyncResponse;
import io.j8s.cri.v1.FilesystemUsage;
import io.j8s.cri.v1.Image;
import io.j8s.cri.v1.ImageSpec;
import io.j8s.cri.v1.LinuxContainerResources;
import io.j8s.cri.v1.PodSandbox;
import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.cri.v1.PodSandboxStatus;
import io.j8s.cri.v1.PortForwardRequest;
import io.j8s.cri.v1.StatusResponse;
import io.j8s.cri.v1.VersionResponse;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What the agent asks of a container runtime. Every method blocks its (virtual) thread, has a time
/// limit, and is safe to call from many threads.
public interface ContainerRuntime {

    VersionResponse version() throws CriException;

    StatusResponse status() throws CriException;

    /// @param handler the runtime class's handler, empty for the default one
    String runPodSandbox(PodSandboxConfig config, String handler) throws CriException;

    void stopPodSandbox(String id) throws CriException;

    void removePodSandbox(String id) throws CriException;

    PodSandboxStatus podSandboxStatus(String id) throws CriException;

    List<PodSandbox> listPodSandboxes(PodSandboxFilter filter) throws CriException;

    String createContainer(String sandboxId, ContainerConfig config, PodSandboxConfig sandbox)
            throws CriException;

    void startContainer(String id) throws CriException;

    /// @param grace how long the container has between SIGTERM and SIGKILL
    void stopContainer(String id, Duration grace) throws CriException;

    void removeContainer(String id) throws CriException;

    List<Container> listContainers(ContainerFilter filter) throws CriException;

    ContainerStatus containerStatus(String id) throws CriException;

    /// Tells of containers that change, until the stream ends; blocks its thread.
    ///
    /// @param listener is given the uid of the pod, empty when the runtime does not tell it
    /// @throws CriException at its end; `UNIMPLEMENTED` by runtimes that have no events
    void watchEvents(Consumer<String> listener) throws CriException;

    void updateContainerResources(String id, LinuxContainerResources resources) throws CriException;

    void reopenContainerLog(String id) throws CriException;

    ExecSyncResponse execSync(String id, List<String> command, Duration timeout)
            throws CriException;

    /// The address of the runtime's streaming server for one session, as the next two.
    String exec(ExecRequest request) throws CriException;

    String attach(AttachRequest request) throws CriException;

    String portForward(PortForwardRequest request) throws CriException;

    List<ContainerStats> listContainerStats() throws CriException;

    List<Image> listImages() throws CriException;

    Optional<Image> imageStatus(String image) throws CriException;

    /// @return the pulled image's id or digest
    String pullImage(ImageSpec image, @Nullable AuthConfig auth, PodSandboxConfig sandbox)
            throws CriException;

    void removeImage(String image) throws CriException;

    List<FilesystemUsage> imageFilesystems() throws CriException;
}
