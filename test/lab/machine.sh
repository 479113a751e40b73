#!/bin/sh
# Becomes a machine with systemd as its process 1: `machine.sh FOLDER REPOSITORY NODE`. Its root is this machine's, with
# everything that it writes in a tmpfs, and pop-sla lies in it as the Debian package puts it there. To be started with
# namespaces of its own: unshare --pid --fork --mount --cgroup --uts --ipc --kill-child.
set -e
folder="$1" repository="$2" node="$3"
mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
cd "$folder/root"

lib=usr/lib/pop-sla
rm -rf $lib etc/pop-sla var/lib/pop-sla
mkdir -p $lib/bin etc/pop-sla etc/sysctl.d var/lib/pop-sla
touch $lib/package.json $lib/bin/node
mount --bind "$repository/package.json" $lib/package.json
mount --bind "$node" $lib/bin/node
for name in dist node_modules config dashboards; do
  mkdir $lib/$name
  mount --bind "$repository/$name" $lib/$name
done
install -m 0755 "$repository/config/debian/pop-sla" usr/bin/pop-sla
install -m 0644 "$repository"/config/systemd/*.service lib/systemd/system/
install -m 0644 "$repository/config/systemd/90-pop-sla.conf" etc/sysctl.d/
install -m 0644 "$repository/config/pop-sla.yaml" etc/pop-sla/
printf '#!/bin/sh\nexec env "$@"\n' >usr/local/bin/sudo
chmod 0755 usr/local/bin/sudo
# A Node.js of the machine's own, and nobody's keys.
[ -x usr/bin/node ] || [ -x usr/local/bin/node ] || cp "$node" usr/local/bin/node
rm -rf root/.ssh
# Nothing can be fetched, so nothing newer is known of.
rm -rf var/lib/apt/lists var/cache/apt/*.bin
rm -f etc/machine-id
head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' >etc/machine-id
# What would change the kernel, which is not this machine's alone.
for unit in systemd-sysctl systemd-modules-load systemd-remount-fs systemd-udevd systemd-udev-trigger; do
  ln -sf /dev/null etc/systemd/system/$unit.service
done
for unit in sys-kernel-debug sys-kernel-tracing sys-kernel-config sys-fs-fuse-connections dev-hugepages dev-mqueue; do
  ln -sf /dev/null etc/systemd/system/$unit.mount
done

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
for device in null zero full random urandom tty; do
  touch dev/$device
  mount --bind /dev/$device dev/$device
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mkdir -p old-root
pivot_root . old-root
umount -l /old-root
exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --log-target=journal --show-status=false --unit=basic.target
