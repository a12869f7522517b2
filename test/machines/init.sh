#!/bin/sh
# /init of the machine: becomes a host with pure cgroup v2, runs each program below /programs, writes what came
# of it on the disk, and turns the machine off. The console tells how far it has come, and what went wrong here.
set -u

# The initramfs itself cannot be the old root of pivot_root(2): everything moves to a tmpfs.
if [ ! -e /moved ]; then
  mkdir /tree
  mount -t tmpfs -o mode=755 tree /tree
  for path in /*; do [ "$path" = /tree ] || cp -a "$path" /tree; done
  touch /tree/moved
  exec switch_root /tree /init
fi

mkdir -p /proc /sys /dev /run /tmp
kernel=nosuid,nodev,noexec
mount -t proc -o $kernel proc /proc
mount -t sysfs -o $kernel sysfs /sys
mount -t securityfs -o $kernel securityfs /sys/kernel/security
mount -t cgroup2 -o $kernel cgroup2 /sys/fs/cgroup
mkdir /sys/fs/cgroup/init.scope
echo 1 > /sys/fs/cgroup/init.scope/cgroup.procs
mount -t devtmpfs -o nosuid devtmpfs /dev
mkdir /dev/pts
mount -t devpts -o nosuid,noexec,gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o nosuid,nodev,mode=755 run /run
insmod /fuse.ko
stty -onlcr rows 30 cols 100

exec > /tmp/report

section() { # The line that starts a section.
  printf '\n@@@ %s\n' "$1"
}

# What a container must neither leave behind nor change.
state() {
  cat /proc/self/mountinfo
  find /sys/fs/cgroup -type d | sort
  find /run
  ls /dev/pts /sys/class/net
  hostname
  stty -g < /dev/console
  for process in /proc/[0-9]*; do readlink "$process/exe"; done | grep -v busybox
}

section mounts
cat /proc/self/mountinfo
section controllers
cat /sys/fs/cgroup/cgroup.controllers
section enabled-controllers
cat /sys/fs/cgroup/cgroup.subtree_control
section last-capability
cat /proc/sys/kernel/cap_last_cap
section release
uname -r

for folder in /programs/*; do
  name=${folder##*/}
  [ ! -e "$folder/before" ] || sh "$folder/before"
  state > /tmp/before
  [ ! -e "$folder/beside" ] || timeout 60 sh "$folder/beside" > /tmp/beside 2>&1 &
  tracer=
  # The instructions of the device policy would be a line of 5 KB.
  if [ -e "$folder/strace" ]; then
    read -r option < "$folder/strace"
    case $option in
      trace) tracer='strace -f -v -e abbrev=bpf -s 100000 -o /tmp/trace' ;;
      *) tracer="strace -f -e $option -o /dev/null" ;;
    esac
  fi
  input=/dev/null
  [ ! -e "$folder/terminal" ] || input=/dev/console
  [ ! -e "$folder/input" ] || input=$folder/input
  timeout 60 $tracer "$folder/program" < "$input" > /tmp/stdout 2> /tmp/stderr
  status=$?
  wait
  state > /tmp/after
  echo "$name: $status" >&2
  section "$name status"
  echo $status
  for file in stdout stderr before after beside trace; do
    [ ! -e "/tmp/$file" ] || { section "$name $file"; cat "/tmp/$file"; rm "/tmp/$file"; }
  done
done
section end
dd if=/tmp/report of=/dev/nvme0n1 bs=64k conv=fsync 2> /dev/null
poweroff -f
