#!/usr/bin/env bash
# Brings newer peers than the installed Debian release has into a folder, without installing them: prometheus,
# victoria-metrics with vmagent, nats-server and the node exporter of Debian's sid suite.
#   eval "$(scripts/peers.sh [DIR])"    default DIR: ${XDG_CACHE_HOME:-~/.cache}/limpet-peers
# Sets PROMETHEUS_BIN VICTORIA_METRICS_BIN VMAGENT_BIN NATS_SERVER_BIN NODE_EXPORTER_BIN. A second call downloads nothing.
set -euo pipefail
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/limpet-peers}
programs=$folder/root/usr

if [ ! -x "$programs/bin/prometheus" ]; then
  apt=$folder/apt
  mkdir -p "$folder/deb" "$folder/root" "$apt"/state/lists/partial "$apt"/cache/archives/partial "$apt"/etc/{apt.conf.d,preferences.d,sources.list.d}
  : >"$apt/state/status"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -n 1 || true)
  if [ -z "$mirror" ]; then
    echo 'peers.sh: apt knows no mirror yet; run apt-get update once' >&2
    exit 1
  fi
  echo "deb $mirror sid main" >"$apt/etc/sources.list"
  {
    echo "Dir::State \"$apt/state\";" "Dir::State::status \"$apt/state/status\";" "Dir::Cache \"$apt/cache\";" "Dir::Etc \"$apt/etc\";"
    echo 'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d"; Acquire::Check-Valid-Until "false"; APT::Sandbox::User "root";'
  } >"$apt/apt.conf"
  export APT_CONFIG=$apt/apt.conf
  apt-get -qq update >&2
  (cd "$folder/deb" && apt-get -qq download prometheus victoria-metrics nats-server prometheus-node-exporter >&2)
  for package in "$folder"/deb/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
  rm -rf "$folder/deb" "$apt/cache"
fi

printf 'export %s=%q\n' \
  PROMETHEUS_BIN "$programs/bin/prometheus" \
  VICTORIA_METRICS_BIN "$programs/bin/victoria-metrics" \
  VMAGENT_BIN "$programs/bin/vmagent" \
  NATS_SERVER_BIN "$programs/sbin/nats-server" \
  NODE_EXPORTER_BIN "$programs/bin/prometheus-node-exporter"
