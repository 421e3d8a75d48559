# SPDX-License-Identifier: Apache-2.0
# What ./start and ./check share: packages of the distribution, and a build folder. To be sourced.

packages_build=(gcc make autoconf automake pkg-config ccache libc6-dev
  libglib2.0-dev libnice-dev libssl-dev libsrtp2-dev libusrsctp-dev libjansson-dev libconfig-dev
  libsoup-3.0-dev glib-networking libjwt-dev libseccomp-dev
  libmicrohttpd-dev libwebsockets-dev libev-dev libavformat-dev libavcodec-dev libavutil-dev libavfilter-dev libcurl4-openssl-dev libhiredis-dev)
[ "$(uname -m)" = x86_64 ] && packages_build+=(libipsec-mb-dev)
packages_check=(haproxy prometheus redis-server coturn libcmocka-dev chromium firefox-esr ffmpeg janus-tools tshark iproute2 nftables simple-whip-client
  gstreamer1.0-nice gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad)
command -v node >/dev/null || packages_check+=(nodejs)
command -v npm >/dev/null || packages_check+=(npm)

say() { printf '== %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

log_file() { echo "${TMPDIR:-/tmp}/cardea-$1.$$"; }

# install_packages NAME...: installs those that are missing, and says which.
install_packages() {
  local name missing=() root=()
  if ! command -v apt-get >/dev/null; then
    say "no apt-get here: make sure that these are installed under the names of your distribution: $*"
    return
  fi
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "installing needs root: run this as root, or install sudo"
    root=(sudo)
  fi
  "${root[@]}" apt-get -qq update </dev/null || die "apt-get update failed: is there a network?"
  # RUNLEVEL: what the tests start by themselves is not started as a service.
  if ! "${root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 \
    install "${missing[@]}" </dev/null 2>&1 | tee "$(log_file apt)" | grep --line-buffered '^Setting up'; then
    cat "$(log_file apt)"
    die "the packages could not be installed, see above"
  fi
  rm -f "$(log_file apt)"
}

# build_in FOLDER TARGET... -- OPTION_OF_CONFIGURE...: configures when needed, and builds.
build_in() {
  local folder=$1 targets=() cc=gcc
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    targets+=("$1")
    shift
  done
  shift
  command -v ccache >/dev/null && cc='ccache gcc'
  if [ ! -x configure ]; then
    say "making configure"
    autoreconf -fi >"$(log_file autoreconf)" 2>&1 || {
      cat "$(log_file autoreconf)"
      die "autoreconf failed, see above"
    }
    rm -f "$(log_file autoreconf)"
  fi
  mkdir -p "$folder"
  if [ ! -f "$folder/Makefile" ] || [ "$(cat "$folder/.configured" 2>/dev/null)" != "$cc $*" ]; then
    say "configuring $folder"
    # configure ends with "rm -f core", which here is a folder
    (cd "$folder" && ../configure -q CC="$cc" "$@" 2> >(grep -v "cannot remove 'core'" >&2)) || die "configure failed, see above and $folder/config.log"
    printf '%s\n' "$cc $*" >"$folder/.configured"
  fi
  say "building in $folder"
  make -C "$folder" --no-print-directory -j"$(nproc)" "${targets[@]}" || die "the build failed, see above"
}
