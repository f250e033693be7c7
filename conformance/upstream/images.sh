#!/usr/bin/env bash
# images.sh DIR: the images that upstream's end-to-end suite names, as archives in DIR/images, out of Debian packages and
# of the programs that build.sh put into DIR. An archive that is there already is kept.
set -euo pipefail
dir=$(realpath "$1")
tools=$(realpath "$(dirname "$0")/../../tools")
registry=registry.k8s.io/e2e-test-images
mkdir -p "$dir/images"
export SKIP='^(debconf|adduser|init-system-helpers|lsb-base|sysvinit-utils|dpkg|ucf|sensible-utils|ssl-cert|systemd.*|cdebconf|debconf-.*|passwd|libpam-.*|login|mount)$'

image() { # REFERENCE mkimage-arguments...
    local reference=$1 file
    shift
    file=$dir/images/$(tr -c 'a-z0-9.\n' - <<< "$reference").tar
    [ -e "$file" ] || { "$tools/mkimage.sh" -t "$reference" -o "$file.part" "$@" && mv "$file.part" "$file"; }
}

# every applet of busybox that no package brings
applets='for a in $(chroot . /bin/busybox --list); do [ -e usr/bin/$a ] || [ -e usr/sbin/$a ] || ln -s /bin/busybox usr/bin/$a; done'
passwd='root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n'
group='root:x:0:\ndaemon:x:1:\nnogroup:x:65534:\n'
users="printf '$passwd' > etc/passwd; printf '$group' > etc/group"

# upstream's agnhost carries the pause image as files of a registry
pause=$dir/pause
if [ ! -e "$pause/registry" ]; then
    mkdir -p "$pause/root" "$pause/registry.part/pause/manifests" "$pause/registry.part/pause/blobs"
    cp "$dir/pause-program" "$pause/root/pause"
    tar --numeric-owner --mtime=@0 -C "$pause/root" -cf "$pause/layer.tar" pause
    python3 - "$pause" << 'PY'
import gzip, hashlib, json, pathlib, sys
root = pathlib.Path(sys.argv[1]); repository = root / "registry.part/pause"
def put(kind, content):
    digest = hashlib.sha256(content).hexdigest()
    file = repository / kind / "sha256" / digest[:2] / digest / "data"
    file.parent.mkdir(parents=True, exist_ok=True); file.write_bytes(content)
    return "sha256:" + digest
def described(type_, digest, content, **more):
    return {"mediaType": type_, "digest": digest, "size": len(content), **more}
layer = (root / "layer.tar").read_bytes(); packed = gzip.compress(layer, mtime=0)
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()
oci = "application/vnd.docker.distribution.manifest.v2+json"
manifest = json.dumps({"schemaVersion": 2, "mediaType": oci,
    "config": described("application/vnd.docker.container.image.v1+json", put("blobs", config), config),
    "layers": [described("application/vnd.docker.image.rootfs.diff.tar.gzip", put("blobs", packed), packed)]}).encode()
index = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",
    "manifests": [described(oci, put("manifests", manifest), manifest, platform={"architecture": "amd64", "os": "linux"})]}).encode()
(repository / "manifests/testing").write_text(put("manifests", index) + "\n")
PY
    mv "$pause/registry.part" "$pause/registry"
fi
image registry.k8s.io/pause:3.10.2 -d "$pause/root" -u 65535:65535 -e '["/pause"]'

image $registry/busybox:1.37.0-2 -c '["sh"]' -x "$applets; $users" busybox-static
image $registry/nonroot:1.5 -c '["sh"]' -u 1234 -x "$applets; $users" busybox-static
nginx="$applets; $users; printf 'www-data:x:33:33::/var/www:/bin/false\n' >> etc/passwd; printf 'www-data:x:33:\n' >> etc/group
mkdir -p var/lib/nginx var/log/nginx run usr/share/nginx/html; ln -sf /dev/stdout var/log/nginx/access.log; ln -sf /dev/stderr var/log/nginx/error.log
echo '<html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1></body></html>' > usr/share/nginx/html/index.html
echo 'worker_processes 1; events {} http { include mime.types; server { listen 80; root /usr/share/nginx/html; index index.html; } }' > etc/nginx/nginx.conf"
for tag in 1.27.0-2 1.28.0-2; do
    image $registry/nginx:$tag -c '["nginx","-g","daemon off;"]' -p '{"80/tcp":{}}' -x "$nginx" nginx-light
done
image $registry/perl:5.26 -c '["perl"]' -x "$applets; $users" perl-base bash
image $registry/ipc-utils:1.4 -c '["sh"]' -x "$applets; $users" util-linux util-linux-extra
image $registry/glibc-dns-testing:2.1.1 -c '["sh"]' -x "$applets; $users" bind9-dnsutils bash libc-bin
image registry.k8s.io/etcd:3.7.0-0 -c '["etcd"]' \
    -x "$applets; $users; mkdir -p usr/local/bin; cp usr/bin/etcd usr/local/bin/" etcd-server
image registry.k8s.io/build-image/distroless-iptables:v0.9.9 -c '["sh"]' -x "$applets; $users" iptables nftables conntrack kmod
# busybox as the shell would take its own applets before the programs of the packages
agnhost="$applets; $users
printf 'user-defined-in-image:x:1000:1000::/home:/bin/sh\n' >> etc/passwd
printf 'user-defined-in-image:x:1000:\ngroup-defined-in-image:x:50000:user-defined-in-image\n' >> etc/group
ln -sf dash usr/bin/sh; ln -sf nc.openbsd usr/bin/nc; cp $dir/agnhost agnhost; ln -s agnhost agnhost-2; mkdir -p uploads var/registry; cp -r $pause/registry/. var/registry/
cp $dir/localhost.crt $dir/localhost.key .; [ ! -e $dir/coredns ] || cp $dir/coredns coredns"
packages=(bash dash libc-bin bind9-dnsutils bind9-host curl iperf iproute2 netcat-openbsd socat util-linux util-linux-extra)
for tag in 2.55 2.66.1; do
    image $registry/agnhost:$tag -e '["/agnhost"]' -c '["pause"]' -x "$agnhost" "${packages[@]}"
done
for name in kitten nautilus; do
    image $registry/$name:1.8 -e '["/agnhost"]' -c '["test-webserver"]' \
        -x "$agnhost; cp $dir/$name/html/* ." busybox-static
done
image $registry/nonewprivs:1.4 -c '["nnp"]' \
    -x "$applets; $users; mkdir -p usr/local/bin; cp $dir/nonewprivs usr/local/bin/nnp; chmod 6755 usr/local/bin/nnp" busybox-static
image $registry/regression-issue-74839:1.5 -e '["/regression-issue-74839"]' \
    -x "$applets; $users; cp $dir/regression-issue-74839 ." busybox-static
image $registry/resource-consumer:1.14 -e '["/consumer"]' -p '{"8080/tcp":{}}' \
    -x "$applets; $users; cp $dir/resource-consumer consumer; cp $dir/consume-cpu ." stress
image $registry/sample-apiserver:1.29.2 -e '["/sample-apiserver"]' -x "$applets; $users; cp $dir/sample-apiserver ." busybox-static
