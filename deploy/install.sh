#!/usr/bin/env bash
# Install or upgrade Evenkeel on this machine: Debian 12 or 13, or Ubuntu 24.04. Safe to repeat.
#
#   sudo deploy/install.sh --domain comments.example.org --mail me@example.org
#   sudo deploy/install.sh                       without a name: the certificate is self-signed
#   sudo deploy/install.sh --release FILE        an archive of script/release, not what lies here
#   sudo deploy/install.sh --json                say at the end what runs, as JSON
#
# A release that does not answer is taken back, with its database, and the old one serves on. So is
# one that was cut off half-way. docs/deploy.md tells what it makes.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")/.." && pwd)

home=/opt/evenkeel
settings=/etc/evenkeel/evenkeel.env
tls=/etc/evenkeel/tls

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

domain='' mail='' release='' json=''
while [ $# -gt 0 ]; do
  case $1 in
    --domain) domain=${2:?--domain needs a name} && shift 2 ;;
    --mail) mail=${2:?--mail needs an address} && shift 2 ;;
    --release) release=$(realpath "${2:?--release needs a file}") && shift 2 ;;
    --json) json=yes && shift ;;
    -h|--help) sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    *) say "install.sh does not know $1. Try install.sh --help"; exit 2 ;;
  esac
done
[[ $domain =~ ^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+)?$ ]] ||
  fail "--domain needs a name such as comments.example.org, not '$domain'."
[ "$(id -u)" = 0 ] || fail "Run it as root: sudo $0"
command -v apt-get >/dev/null || fail "It needs Debian 12 or 13, or Ubuntu 24.04."
[ -d /run/systemd/system ] || fail "It needs systemd: the services are systemd's."

exec 9>/run/lock/evenkeel-install
flock --nonblock 9 || fail "Another installation is running here."

packages() {
  local wanted=(ca-certificates nginx openssl python3 python3-venv) missing=() package
  [ -z "$domain" ] || wanted+=(certbot)
  # The one package that is compiled where it has no wheel: pycld2, on arm64.
  [ "$(uname -m)" = x86_64 ] || wanted+=(g++ python3-dev)
  for package in "${wanted[@]}" libnginx-mod-http-brotli-filter; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing the system's packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
  # A new server may be busy with its own first upgrade.
  apt-get update -qq -o DPkg::Lock::Timeout=600
  # Compression by brotli is welcome where the system has it, and no more.
  if [[ " ${missing[*]} " = *brotli* ]] && ! apt-cache show libnginx-mod-http-brotli-filter \
      >/dev/null 2>&1; then
    unset 'missing[-1]'
  fi
  apt-get install -y -qq -o DPkg::Lock::Timeout=600 --no-install-recommends "${missing[@]}" >/dev/null
}

own_user() {
  id evenkeel >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir /var/lib/evenkeel --no-create-home \
      --shell /usr/sbin/nologin evenkeel
  install -d -m 755 $home $home/releases /etc/evenkeel /var/lib/evenkeel-acme
  install -d -m 700 $tls
  install -d -m 750 -o evenkeel -g evenkeel /var/lib/evenkeel
  install -d -m 700 -o evenkeel -g evenkeel /var/backups/evenkeel
}

# What is to be installed: $archive, and its $version.
find_release() {
  archive=$release
  if [ -z "$archive" ] && [ ! -f "$here/RELEASE" ]; then
    made=$(mktemp -d)
    # A checkout mostly belongs to the one who cloned it, and git trusts no other's.
    archive=$(GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$here" \
      "$here/script/release" --to "$made")
  fi
  if [ -n "$archive" ]; then
    version=$(tar -xzOf "$archive" --wildcards 'evenkeel-*/RELEASE') ||
      fail "$archive is no release. script/release makes one."
  else
    version=$(cat "$here/RELEASE")
  fi
  [[ $version =~ ^[0-9A-Za-z.+_-]+$ ]] || fail "'$version' is no version."
}

works() { "$1/.venv/bin/python" -c 'import flask, onnxruntime' 2>/dev/null; }

# The release beside the others, with everything that it needs: nothing of it is used yet.
unpack() {
  local into=$home/releases/$version
  if [ ! -d "$into" ]; then
    rm -rf "$into.part"
    mkdir "$into.part"
    if [ -n "$archive" ]; then
      tar -xzf "$archive" -C "$into.part" --strip-components=1 --no-same-owner
    else
      tar -C "$here" --exclude=./.venv --exclude=./.installed -cf - . |
        tar -C "$into.part" --no-same-owner -xf -
    fi
    chmod -R u=rwX,go=rX "$into.part"
    "$into.part/deploy/nginx/hashes" "$into.part"
    sync "$into.part"
    mv "$into.part" "$into"
  fi
  # After an upgrade of the system's Python nothing is found any more.
  [ ! -e "$into/.venv" ] || works "$into" || rm -rf "$into/.installed" "$into/.venv"
  if [ ! -f "$into/.installed" ]; then
    # What the release before needs, if it is the same and works, is taken over: that is quick and
    # needs no network. Nobody writes to it, so both may have the same files.
    if [ ! -e "$into/.venv" ] && cmp -s $home/current/requirements-serve.txt "$into/requirements-serve.txt" &&
        works $home/current; then
      rm -rf "$into/.venv.part"
      cp -al "$(realpath $home/current)/.venv" "$into/.venv.part"
      mv "$into/.venv.part" "$into/.venv"
    fi
    (
      cd "$into"
      . script/environment
      need requirements-serve.txt
      # Now, while nobody waits: the services may not write here.
      .venv/bin/python -m compileall -q -j 0 .venv/lib moderation wsgi.py >/dev/null || true
      chmod -R go=rX .venv
    )
    sync -f "$into"
    touch "$into/.installed"
  fi
}

# Written once, and then yours; only what --domain says is brought up to date.
write_settings() {
  if [ ! -f $settings ]; then
    (umask 027 && cat >$settings.new) <<'SETTINGS'
# Evenkeel's settings: docs/settings.md lists them. After a change: systemctl restart evenkeel-web
EVENKEEL_INSTANCE=/var/lib/evenkeel
EVENKEEL_BACKUP_FOLDER=/var/backups/evenkeel
EVENKEEL_HTTPS=yes
EVENKEEL_TRUSTED_PROXIES=1
# Who shows what stands in this file may read /metrics. Without this line nobody may.
EVENKEEL_METRICS_TOKEN_FILE=/etc/evenkeel/metrics_token
SETTINGS
    (umask 027 && openssl rand -base64 33 >/etc/evenkeel/metrics_token)
    chown root:evenkeel /etc/evenkeel/metrics_token
    chown root:evenkeel $settings.new
    mv $settings.new $settings
  fi
  if [ -n "$domain" ] && ! grep -qx "EVENKEEL_PUBLIC_URL=https://$domain" $settings; then
    (umask 027 && { grep -v '^EVENKEEL_PUBLIC_URL=' $settings
                    echo "EVENKEEL_PUBLIC_URL=https://$domain"; } >$settings.new)
    chown root:evenkeel $settings.new
    mv $settings.new $settings
  fi
  [ -n "$domain" ] || domain=$(sed -n 's|^EVENKEEL_PUBLIC_URL=https://\([^/:]*\)$|\1|p' $settings)
}

# systemd reads the units of the release that `current` names, so that they change with it.
link_units() {
  local from=$home/current/deploy/systemd unit
  for unit in web.socket web.service jobs.service check.socket check.service; do
    unit=evenkeel-$unit
    ln -sfn "$from/$unit" "/etc/systemd/system/$unit"
    case $unit in *.service)
      mkdir -p "/etc/systemd/system/$unit.d"
      ln -sfn "$from/sandbox.conf" "/etc/systemd/system/$unit.d/sandbox.conf" ;;
    esac
  done
  # As `systemctl enable` would, which would name today's release in them.
  mkdir -p /etc/systemd/system/{multi-user,sockets}.target.wants
  ln -sfn ../evenkeel-web.service /etc/systemd/system/multi-user.target.wants/evenkeel-web.service
  ln -sfn ../evenkeel-web.socket /etc/systemd/system/sockets.target.wants/evenkeel-web.socket
  ln -sfn $home/current/deploy/evenkeel /usr/local/sbin/evenkeel
}

self_sign() {
  say "A certificate that signs itself: browsers will warn."
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj "/CN=${domain:-evenkeel}" -addext "subjectAltName=DNS:${domain:-evenkeel}" \
    -keyout $tls/privkey.pem.new -out $tls/fullchain.pem.new 2>/dev/null ||
    fail "openssl could make no certificate."
  mv $tls/privkey.pem.new $tls/privkey.pem
  mv $tls/fullchain.pem.new $tls/fullchain.pem
}

# The site's configuration for nginx; the old one again where nginx does not take the new one.
write_nginx() {
  local site=/etc/nginx/sites-available/evenkeel old=''
  [ ! -f $site ] || { old=$(mktemp) && cp -p $site "$old"; }
  # Only for a change: connections that are kept open end with a reload.
  $home/current/deploy/nginx/render "${domain:-_}" $home/current /run/evenkeel/web.sock $tls >$site.new
  if [ -n "$old" ] && cmp -s $site.new "$old" && [ -e /etc/nginx/sites-enabled/evenkeel ] &&
      systemctl is-active --quiet nginx; then
    rm -f $site.new "$old"
    return 0
  fi
  mv $site.new $site
  ln -sfn $site /etc/nginx/sites-enabled/evenkeel
  # Debian's own welcome page, if nobody changed it into a site.
  if [ "$(readlink /etc/nginx/sites-enabled/default)" = /etc/nginx/sites-available/default ] &&
      dpkg -V nginx-common | grep -q sites-available/default; then
    say "/etc/nginx/sites-enabled/default was changed by somebody, so it stays."
  else
    rm -f /etc/nginx/sites-enabled/default
  fi
  if ! nginx -t -q 2>/tmp/evenkeel-nginx.$$; then
    cat /tmp/evenkeel-nginx.$$ >&2
    if [ -n "$old" ]; then mv "$old" $site; else rm -f $site /etc/nginx/sites-enabled/evenkeel; fi
    fail "nginx does not take this configuration, so it keeps the one that it had."
  fi
  rm -f /tmp/evenkeel-nginx.$$ "$old"
  systemctl enable --quiet nginx
  systemctl reload-or-restart nginx
}

# A certificate for the name, from Let's Encrypt; until the name points here, the self-signed one.
certify() {
  local live=/etc/letsencrypt/live/$domain who=(--register-unsafely-without-email)
  [ -z "$mail" ] || who=(-m "$mail" --no-eff-email)
  if [ ! -f "$live/fullchain.pem" ]; then
    say "Asking Let's Encrypt for a certificate for $domain"
    certbot certonly --quiet --non-interactive --agree-tos "${who[@]}" --webroot \
      --webroot-path /var/lib/evenkeel-acme --domain "$domain" \
      --deploy-hook "systemctl reload nginx" 9>&- || {
      say "There is no certificate yet: point $domain to this machine and run the same again." \
        "Until then browsers warn."
      return 0
    }
  fi
  ln -sfn "$live/privkey.pem" $tls/privkey.pem
  ln -sfn "$live/fullchain.pem" $tls/fullchain.pem
  systemctl reload nginx
}

packages
own_user
find_release
say "Installing $version beside what is there"
unpack
[ -z "${made:-}" ] || rm -rf "$made"
write_settings
link_units
before=$(basename "$(readlink $home/current || true)")
say "Switching from ${before:-nothing} to $version"
python3 "$home/releases/$version/deploy/switch.py" to "$version"
if [ ! -f $tls/privkey.pem ] || [ ! -f $tls/fullchain.pem ]; then self_sign; fi
write_nginx
[ -z "$domain" ] || certify

url=https://${domain:-$(hostname -I 2>/dev/null | cut -d' ' -f1)}
if [ "$json" ]; then
  printf '{"version": "%s", "before": "%s", "url": "%s"}\n' "$version" "$before" "$url"
else
  echo "Evenkeel $version answers at $url"
  # The link is a secret: into a terminal, never into a log.
  if [ -t 1 ]; then evenkeel prepare --url "$url"
  else echo "The link that makes the first admin: sudo evenkeel prepare --url $url"; fi
fi
