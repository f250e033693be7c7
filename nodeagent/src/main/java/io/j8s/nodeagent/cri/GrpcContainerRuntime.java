package io.j8s.nodeagent.cri;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.j8s.cri.v1.AttachRequest;
import io.j8s.cri.v1.AuthConfig;
import io.j8s.cri.v1.Container;
import io.j8s.cri.v1.ContainerConfig;
import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.ContainerStats;
import io.j8s.cri.v1.ContainerStatsFilter;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.ContainerStatusRequest;
import io.j8s.cri.v1.CreateContainerRequest;
import io.j8s.cri.v1.ExecRequest;
import io.j8s.cri.v1.ExecSyncRequest;
import io.j8s.cri.v1.ExecSyncResponse;
import io.j8s.cri.v1.FilesystemUsage;
import io.j8s.cri.v1.GetEventsRequest;
import io.j8s.cri.v1.Image;
import io.j8s.cri.v1.ImageFsInfoRequest;
import io.j8s.cri.v1.ImageServiceGrpc;
import io.j8s.cri.v1.ImageSpec;
import io.j8s.cri.v1.ImageStatusRequest;
import io.j8s.cri.v1.LinuxContainerResources;
import io.j8s.cri.v1.ListContainerStatsRequest;
import io.j8s.cri.v1.ListContainersRequest;
import io.j8s.cri.v1.ListImagesRequest;
import io.j8s.cri.v1.ListPodSandboxRequest;
import io.j8s.cri.v1.PodSandbox;
import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.cri.v1.PodSandboxStatus;
import io.j8s.cri.v1.PodSandboxStatusRequest;
import io.j8s.cri.v1.PortForwardRequest;
import io.j8s.cri.v1.PullImageRequest;
import io.j8s.cri.v1.RemoveContainerRequest;
import io.j8s.cri.v1.RemoveImageRequest;
import io.j8s.cri.v1.RemovePodSandboxRequest;
import io.j8s.cri.v1.ReopenContainerLogRequest;
import io.j8s.cri.v1.RunPodSandboxRequest;
import io.j8s.cri.v1.RuntimeServiceGrpc;
import io.j8s.cri.v1.StartContainerRequest;
import io.j8s.cri.v1.StatusRequest;
import io.j8s.cri.v1.StatusResponse;
import io.j8s.cri.v1.StopContainerRequest;
import io.j8s.cri.v1.StopPodSandboxRequest;
import io.j8s.cri.v1.UpdateContainerResourcesRequest;
import io.j8s.cri.v1.VersionRequest;
import io.j8s.cri.v1.VersionResponse;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// CRI over gRPC on the runtime's unix socket. The channel reconnects by itself when the runtime
/// comes back; calls made meanwhile fail with `UNAVAILABLE` at once.
public final class GrpcContainerRuntime implements ContainerRuntime, AutoCloseable {

    private static final Duration CALL_TIMEOUT =
            Duration.ofMinutes(2); // upstream: runtimeRequestTimeout
    private static final Duration PULL_TIMEOUT =
            Duration.ofHours(1); // a pull ends by its own progress
    private static final int MESSAGE_BYTES_MAX = 16 * 1024 * 1024; // upstream: maxMsgSize

    private final EventLoopGroup loop;
    private final ManagedChannel channel;
    private final RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime;
    private final RuntimeServiceGrpc.RuntimeServiceFutureStub making;
    private final ImageServiceGrpc.ImageServiceBlockingStub images;

    public GrpcContainerRuntime(Path socket) {
        loop =
                new MultiThreadIoEventLoopGroup(
                        1,
                        Thread.ofPlatform().daemon().name("cri").factory(),
                        EpollIoHandler.newFactory());
        channel =
                NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                        .eventLoopGroup(loop)
                        .channelType(EpollDomainSocketChannel.class)
                        .withOption(ChannelOption.SO_KEEPALIVE, null)
                        // one quiet connection: pools of buffers would keep megabytes for it
                        .withOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                        .usePlaintext()
                        .overrideAuthority("localhost")
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .directExecutor()
                        .build();
        runtime = RuntimeServiceGrpc.newBlockingStub(channel);
        making = RuntimeServiceGrpc.newFutureStub(channel);
        images = ImageServiceGrpc.newBlockingStub(channel);
    }

    @Override
    public VersionResponse version() throws CriException {
        var request = VersionRequest.newBuilder().setVersion("v1").build();
        return call(() -> within(Duration.ofSeconds(5)).version(request));
    }

    @Override
    public StatusResponse status() throws CriException {
        return call(() -> within(CALL_TIMEOUT).status(StatusRequest.getDefaultInstance()));
    }

    @Override
    public String runPodSandbox(PodSandboxConfig config, String handler) throws CriException {
        var request =
                RunPodSandboxRequest.newBuilder()
                        .setConfig(config)
                        .setRuntimeHandler(handler)
                        .build();
        // upstream gives the sandbox twice the time: images and networks may be slow
        return toItsEnd(CALL_TIMEOUT.multipliedBy(2), stub -> stub.runPodSandbox(request))
                .getPodSandboxId();
    }

    @Override
    public void stopPodSandbox(String id) throws CriException {
        var request = StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build();
        call(() -> within(CALL_TIMEOUT).stopPodSandbox(request));
    }

    @Override
    public void removePodSandbox(String id) throws CriException {
        var request = RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build();
        try {
            call(() -> within(CALL_TIMEOUT).removePodSandbox(request));
        } catch (CriException e) {
            if (!ContainerdTasks.isLeft(e)) {
                throw e;
            }
            for (var container :
                    listContainers(ContainerFilter.newBuilder().setPodSandboxId(id).build())) {
                endLeftTask(container.getId());
            }
            call(() -> within(CALL_TIMEOUT).removePodSandbox(request));
        }
    }

    @Override
    public PodSandboxStatus podSandboxStatus(String id) throws CriException {
        var request = PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).build();
        return call(() -> within(CALL_TIMEOUT).podSandboxStatus(request)).getStatus();
    }

    @Override
    public List<PodSandbox> listPodSandboxes(PodSandboxFilter filter) throws CriException {
        var request = ListPodSandboxRequest.newBuilder().setFilter(filter).build();
        return call(() -> within(CALL_TIMEOUT).listPodSandbox(request)).getItemsList();
    }

    @Override
    public String createContainer(
            String sandboxId, ContainerConfig config, PodSandboxConfig sandbox)
            throws CriException {
        var request =
                CreateContainerRequest.newBuilder()
                        .setPodSandboxId(sandboxId)
                        .setConfig(config)
                        .setSandboxConfig(sandbox)
                        .build();
        return toItsEnd(CALL_TIMEOUT, stub -> stub.createContainer(request)).getContainerId();
    }

    @Override
    public void startContainer(String id) throws CriException {
        var request = StartContainerRequest.newBuilder().setContainerId(id).build();
        toItsEnd(CALL_TIMEOUT, stub -> stub.startContainer(request));
    }

    @Override
    public void stopContainer(String id, Duration grace) throws CriException {
        var request =
                StopContainerRequest.newBuilder()
                        .setContainerId(id)
                        .setTimeout((grace.toMillis() + 999) / 1000) // never less than was given
                        .build();
        call(() -> within(CALL_TIMEOUT.plus(grace)).stopContainer(request));
    }

    @Override
    public void removeContainer(String id) throws CriException {
        var request = RemoveContainerRequest.newBuilder().setContainerId(id).build();
        try {
            call(() -> within(CALL_TIMEOUT).removeContainer(request));
        } catch (CriException e) {
            if (!ContainerdTasks.isLeft(e)) {
                throw e;
            }
            endLeftTask(id);
            call(() -> within(CALL_TIMEOUT).removeContainer(request));
        }
    }

    private void endLeftTask(String containerId) throws CriException {
        call(() -> {
            ContainerdTasks.end(channel, containerId);
            return true;
        });
    }

    @Override
    public List<Container> listContainers(ContainerFilter filter) throws CriException {
        var request = ListContainersRequest.newBuilder().setFilter(filter).build();
        return call(() -> within(CALL_TIMEOUT).listContainers(request)).getContainersList();
    }

    @Override
    public ContainerStatus containerStatus(String id) throws CriException {
        var request = ContainerStatusRequest.newBuilder().setContainerId(id).build();
        return call(() -> within(CALL_TIMEOUT).containerStatus(request)).getStatus();
    }

    @Override
    public void watchEvents(Consumer<String> listener) throws CriException {
        try {
            runtime.getContainerEvents(GetEventsRequest.getDefaultInstance())
                    .forEachRemaining(event ->
                            listener.accept(event.getPodSandboxStatus().getMetadata().getUid()));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
                throw refusal(e.getStatus());
            }
        }
        call(() -> {
            ContainerdEvents.watch(channel, () -> listener.accept(""));
            return true;
        });
    }

    @Override
    public void updateContainerResources(String id, LinuxContainerResources resources)
            throws CriException {
        var request =
                UpdateContainerResourcesRequest.newBuilder()
                        .setContainerId(id)
                        .setLinux(resources)
                        .build();
        call(() -> within(CALL_TIMEOUT).updateContainerResources(request));
    }

    @Override
    public void reopenContainerLog(String id) throws CriException {
        var request = ReopenContainerLogRequest.newBuilder().setContainerId(id).build();
        call(() -> within(CALL_TIMEOUT).reopenContainerLog(request));
    }

    @Override
    public ExecSyncResponse execSync(String id, List<String> command, Duration timeout)
            throws CriException {
        var request =
                ExecSyncRequest.newBuilder()
                        .setContainerId(id)
                        .addAllCmd(command)
                        .setTimeout(timeout.toSeconds())
                        .build();
        // zero means without limit to the runtime; the call itself then still has one
        var limit = timeout.isZero() ? CALL_TIMEOUT : timeout.plusSeconds(5);
        return call(() -> within(limit).execSync(request));
    }

    @Override
    public String exec(ExecRequest request) throws CriException {
        return call(() -> within(CALL_TIMEOUT).exec(request)).getUrl();
    }

    @Override
    public String attach(AttachRequest request) throws CriException {
        return call(() -> within(CALL_TIMEOUT).attach(request)).getUrl();
    }

    @Override
    public String portForward(PortForwardRequest request) throws CriException {
        return call(() -> within(CALL_TIMEOUT).portForward(request)).getUrl();
    }

    @Override
    public List<ContainerStats> listContainerStats() throws CriException {
        var request =
                ListContainerStatsRequest.newBuilder()
                        .setFilter(ContainerStatsFilter.getDefaultInstance())
                        .build();
        return call(() -> within(CALL_TIMEOUT).listContainerStats(request)).getStatsList();
    }

    @Override
    public List<Image> listImages() throws CriException {
        var request = ListImagesRequest.getDefaultInstance();
        return call(() -> imagesWithin(CALL_TIMEOUT).listImages(request)).getImagesList();
    }

    @Override
    public Optional<Image> imageStatus(String image) throws CriException {
        var request =
                ImageStatusRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(image))
                        .build();
        var response = call(() -> imagesWithin(CALL_TIMEOUT).imageStatus(request));
        return response.hasImage() ? Optional.of(response.getImage()) : Optional.empty();
    }

    @Override
    public String pullImage(ImageSpec image, @Nullable AuthConfig auth, PodSandboxConfig sandbox)
            throws CriException {
        var request = PullImageRequest.newBuilder().setImage(image).setSandboxConfig(sandbox);
        if (auth != null) {
            request.setAuth(auth);
        }
        return call(() -> imagesWithin(PULL_TIMEOUT).pullImage(request.build())).getImageRef();
    }

    @Override
    public void removeImage(String image) throws CriException {
        var request =
                RemoveImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(image))
                        .build();
        call(() -> imagesWithin(CALL_TIMEOUT).removeImage(request));
    }

    @Override
    public List<FilesystemUsage> imageFilesystems() throws CriException {
        var request = ImageFsInfoRequest.getDefaultInstance();
        return call(() -> imagesWithin(CALL_TIMEOUT).imageFsInfo(request))
                .getImageFilesystemsList();
    }

    /// Forgets the time to wait before the next attempt to connect: the runtime is known to be
    /// back.
    public void reconnect() {
        channel.resetConnectBackoff();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private RuntimeServiceGrpc.RuntimeServiceBlockingStub within(Duration limit) {
        return runtime.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private ImageServiceGrpc.ImageServiceBlockingStub imagesWithin(Duration limit) {
        return images.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static <T> T call(Supplier<T> call) throws CriException {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw refusal(e.getStatus());
        }
    }

    /// A call that makes something is not begun by an interrupted thread, but once begun it is
    /// waited for: containerd leaves half of a container behind when its caller hangs up.
    private <T> T toItsEnd(
            Duration limit, Function<RuntimeServiceGrpc.RuntimeServiceFutureStub, Future<T>> call)
            throws CriException {
        if (Thread.currentThread().isInterrupted()) {
            throw refusal(Status.CANCELLED.withDescription("context canceled"));
        }
        var answer = call.apply(making.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS));
        try {
            return Uninterrupted.await(answer);
        } catch (ExecutionException e) {
            throw refusal(Status.fromThrowable(e));
        }
    }

    private static CriException refusal(Status status) {
        var kind =
                switch (status.getCode()) {
                    case NOT_FOUND -> CriException.Kind.NOT_FOUND;
                    case UNAVAILABLE -> CriException.Kind.UNAVAILABLE;
                    case DEADLINE_EXCEEDED -> CriException.Kind.TIMEOUT;
                    case UNIMPLEMENTED -> CriException.Kind.UNIMPLEMENTED;
                    default -> CriException.Kind.OTHER;
                };
        var description = status.getDescription();
        return new CriException(
                kind, goName(status.getCode()), description == null ? "" : description);
    }

    /// `DEADLINE_EXCEEDED` is `DeadlineExceeded` in Go, and so in events.
    static String goName(Status.Code code) {
        if (code == Status.Code.OK) {
            return "OK";
        }
        if (code == Status.Code.CANCELLED) {
            return "Canceled"; // the one name that Go spells otherwise
        }
        var name = new StringBuilder();
        for (var word : code.name().split("_", -1)) {
            name.append(word.charAt(0))
                    .append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
        }
        return name.toString();
    }
}
