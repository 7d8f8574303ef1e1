# Bare Debian folders, made by debootstrap and entered by chroot. To be sourced; needs root.
# shellcheck shell=bash

# The Debian mirror this machine uses; none, where it is no Debian: debootstrap then takes its own.
debian_mirror() {
  # shellcheck disable=SC1091,SC2016  # the system's file; apt's own fields
  (
    . /etc/os-release
    [ "$ID" = debian ] || exit 0
    apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
      sed -n "s/^$VERSION_CODENAME //p" | head -n 1
  )
}

# debian_folder SUITE FOLDER PACKAGES LOG: the smallest system of that suite, with these packages (a,b,c).
debian_folder() {
  # shellcheck disable=SC2046  # no mirror: no argument
  debootstrap --variant=minbase "--include=$3" "$1" "$2" $(debian_mirror) >"$4" 2>&1
}

# What this machine needs to reach its package sources: names, proxies, certificates, pip's settings.
carry_network_settings() {
  local folder=$1
  cp -L /etc/resolv.conf /etc/hosts "$folder/etc/"
  apt-config dump | grep -E '^Acquire::(https?|Check|Retries)' >"$folder/etc/apt/apt.conf.d/99host" || true
  find /usr/local/share/ca-certificates -name '*.crt' -exec cp -t "$folder/usr/local/share/ca-certificates" {} + || true
  chroot "$folder" update-ca-certificates >/dev/null 2>&1
  if [ -f /etc/pip.conf ]; then cp /etc/pip.conf "$folder/etc/"; fi
  if [ -f "$HOME/.config/pip/pip.conf" ]; then
    install -D -m 600 "$HOME/.config/pip/pip.conf" "$folder/root/.config/pip/pip.conf"
  fi
}

# The system's own trees in the folder. Only inside a mount namespace of one's own: they go with it.
mount_system() {
  local folder=$1
  mount --rbind "$folder" "$folder" # network namespaces need a / that is a mount point
  mount -t proc proc "$folder/proc"
  mount -t sysfs sysfs "$folder/sys"
  mount --rbind /dev "$folder/dev"
  mount -t tmpfs tmpfs "$folder/dev/shm"
  mount -t tmpfs tmpfs "$folder/run"
}
