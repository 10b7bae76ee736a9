# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016 # wait_for takes its condition unexpanded
#
# lab.sh - makes and removes a lab: two network namespaces, one veth pair, nginx, and nothing that leads out.
# Sourced by tests/lab.sh, tests/demo.sh, the tests and the bench; what they print and judge is not here (tap.sh).
#
#     namespace NAME-client                              namespace NAME-server
#     clients    198.18.0.2 to .9, fd00::2 to ::9        nginx  198.18.0.1:80, [fd00::1]:80
#     attackers  198.18.128.0/17, 198.19.0.0/16,         levee  on veth-server
#                fd00:0:0:1::/64 (spoofed)
#            veth-client  ------------------------------  veth-server
#            02:00:00:00:00:02                            02:00:00:00:00:01
#
# Real clients and spoofed packets arrive on the one interface, as on a real server. Neighbours are static, so a
# flood causes no ARP; answers to spoofed sources are dropped by a small XDP program on veth-client (without any
# program there, what levee sends by XDP_TX would vanish). No forwarding, no default route, in neither namespace.
#
# Several labs exist side by side under different names: LEVEE_LAB=name. A script that makes its own lab calls
# lab_begin: it is removed when the script ends, however it ends; what a killed script left, the next one removes.

LAB_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LAB_RUN=/run/levee-lab
LEVEE=${LEVEE:-$LAB_ROOT/build/levee}
FLOOD=${FLOOD:-$LAB_ROOT/build/tools/flood}

SERVER_DEV=veth-server
CLIENT_DEV=veth-client
SERVER_MAC=02:00:00:00:00:01
CLIENT_MAC=02:00:00:00:00:02
SERVER_V4=198.18.0.1
SERVER_V6=fd00::1
CLIENTS=8
SPOOFED_V4="198.18.128.0/17 198.19.0.0/16"
SPOOFED_V6="fd00:0:0:1::/64"

lab_name() # NAME: which lab the other functions mean
{
	LAB=$1
	SERVER_NS=$LAB-server
	CLIENT_NS=$LAB-client
	LAB_DIR=$LAB_RUN/$LAB
	export LEVEE_BPFFS=$LAB_DIR/bpf
	export LEVEE_CONF=$LAB_DIR/levee.conf # not this machine's own
}

lab_name "${LEVEE_LAB:-levee}"

lab_die()
{
	echo "lab $LAB: $*" >&2
	return 1
}

need_root()
{
	[ "$(id -u)" = 0 ] && return
	echo "${0##*/}: network namespaces need root; try sudo $0" >&2
	exit 4
}

need_command() # COMMAND...
{
	local command

	for command; do
		command -v "$command" >/dev/null && continue
		lab_die "$command is not installed; run: make deps" || return
	done
}

# --- inside

# Everything but the generator keeps off core 0, where there is another.
OFF_CORE_0=()
[ "$(nproc)" = 1 ] || OFF_CORE_0=(taskset -c "1-$(($(nproc) - 1))")

in_server() { ip netns exec "$SERVER_NS" "$@"; }
in_client() { ip netns exec "$CLIENT_NS" "$@"; }
flood() { in_client "$FLOOD" --dev "$CLIENT_DEV" "$@"; }

# In the background, as a process of its own and not a subshell's child: flood_stop reaches it.
flood_start()
{
	ip netns exec "$CLIENT_NS" "$FLOOD" --dev "$CLIENT_DEV" "$@" &
	FLOOD_PID=$!
}

flood_stop()
{
	kill "$FLOOD_PID" 2>/dev/null
	wait "$FLOOD_PID"
}

# wait_for 'COMMAND' [SECONDS]: until it succeeds; fails when it has not within that time.
wait_for()
{
	local condition=$1 end=$((${EPOCHREALTIME/[^0-9]/} + ${2:-10} * 1000000))

	until eval "$condition" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/[^0-9]/}" -lt "$end" ] || return 1
		sleep 0.02
	done
}

lab_exists() { [ -e "/run/netns/$SERVER_NS" ] || [ -e "/run/netns/$CLIENT_NS" ]; }

# --- the namespaces

lab_add_namespace() # NAMESPACE DEVICE
{
	ip netns add "$1" || return
	ip netns exec "$1" sh -c "
		sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
		sysctl -qw net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0
		sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
		ip link set lo up"
}

lab_add_devices()
{
	ip -n "$SERVER_NS" link add "$SERVER_DEV" address "$SERVER_MAC" numtxqueues 1 numrxqueues 1 type veth \
		peer name "$CLIENT_DEV" netns "$CLIENT_NS" address "$CLIENT_MAC" numtxqueues 1 numrxqueues 1 || return
	lab_tune_device "$SERVER_NS" "$SERVER_DEV" && lab_tune_device "$CLIENT_NS" "$CLIENT_DEV"
}

# No offloads: XDP would see partial checksums. GRO on: it gives the device NAPI, without which it takes no live
# frames while no XDP program is there, and a NAPI thread that survives attach and detach.
lab_tune_device() # NAMESPACE DEVICE
{
	ip -n "$1" link set "$2" addrgenmode none &&
		ip netns exec "$1" ethtool -K "$2" tx off rx off gro on >/dev/null &&
		ip -n "$1" link set "$2" up
}

lab_add_addresses()
{
	local i prefix

	ip -n "$SERVER_NS" address add "$SERVER_V4/17" dev "$SERVER_DEV"
	ip -n "$SERVER_NS" address add "$SERVER_V6/64" dev "$SERVER_DEV" nodad
	ip -n "$CLIENT_NS" neighbour replace "$SERVER_V4" lladdr "$SERVER_MAC" dev "$CLIENT_DEV" nud permanent
	ip -n "$CLIENT_NS" neighbour replace "$SERVER_V6" lladdr "$SERVER_MAC" dev "$CLIENT_DEV" nud permanent
	for ((i = 2; i < 2 + CLIENTS; i++)); do
		ip -n "$CLIENT_NS" address add "198.18.0.$i/17" dev "$CLIENT_DEV"
		ip -n "$CLIENT_NS" address add "fd00::$i/64" dev "$CLIENT_DEV" nodad
		ip -n "$SERVER_NS" neighbour replace "198.18.0.$i" lladdr "$CLIENT_MAC" dev "$SERVER_DEV" nud permanent
		ip -n "$SERVER_NS" neighbour replace "fd00::$i" lladdr "$CLIENT_MAC" dev "$SERVER_DEV" nud permanent
	done
	for prefix in $SPOOFED_V4; do
		ip -n "$SERVER_NS" route replace "$prefix" via 198.18.0.2 dev "$SERVER_DEV"
		ip -n "$CLIENT_NS" route replace blackhole "$prefix"
	done
	ip -n "$SERVER_NS" -6 route replace "$SPOOFED_V6" via fd00::2 dev "$SERVER_DEV"
	ip -n "$CLIENT_NS" -6 route replace blackhole "$SPOOFED_V6"
}

# A bpffs of the lab's own: what levee pins in a lab goes with the lab, and where a process may not reach init's
# mount namespace (which `ip netns exec` leaves), levee could not mount one by itself.
lab_mount_bpffs()
{
	mkdir -p "$LAB_DIR/bpf" && mount -t bpf -o mode=0700 "$LAB" "$LAB_DIR/bpf" || return
}

napi_threads() { pgrep -f '^\[?napi/' | sort; }

# The server's receive side gets a thread on core 1; the generator runs on core 0. Else both share one softirq, and a
# flood measures the scheduler. Nothing to do on a machine with one core.
lab_pin_receiver()
{
	local before pid

	[ "$(nproc)" -gt 1 ] || return 0
	before=$(napi_threads)
	in_server sh -c "echo 1 > /sys/class/net/$SERVER_DEV/threaded" || return
	wait_for '[ "$(napi_threads)" != "$before" ]' 2 || return
	for pid in $(comm -13 <(echo "$before") <(napi_threads)); do
		taskset -cp 1 "$pid" >/dev/null || return
	done
}

# --- nginx

lab_nginx_conf()
{
	cat <<-END
		worker_processes 1;
		pid $LAB_DIR/nginx.pid;
		error_log $LAB_DIR/nginx.log error;
		events { worker_connections 8192; }
		http {
		    access_log off;
		    sendfile on;
		    root $LAB_DIR/www;
		    client_body_temp_path $LAB_DIR/tmp;
		    proxy_temp_path $LAB_DIR/tmp;
		    fastcgi_temp_path $LAB_DIR/tmp;
		    uwsgi_temp_path $LAB_DIR/tmp;
		    scgi_temp_path $LAB_DIR/tmp;
		    server { listen 80; listen [::]:80; }
		}
	END
}

lab_start_nginx()
{
	mkdir -p "$LAB_DIR/www" "$LAB_DIR/tmp" || return
	echo "This page came through the lab." >"$LAB_DIR/www/index.html"
	head -c $((100 * 1024 * 1024)) /dev/urandom >"$LAB_DIR/www/100M"
	lab_nginx_conf >"$LAB_DIR/nginx.conf"
	"${OFF_CORE_0[@]}" ip netns exec "$SERVER_NS" nginx -c "$LAB_DIR/nginx.conf" -e "$LAB_DIR/nginx.log" || return
	wait_for "in_client curl -sf http://$SERVER_V4/ && in_client curl -sf 'http://[$SERVER_V6]/'" 10 ||
		lab_die "nginx does not answer, see $LAB_DIR/nginx.log"
}

# --- up and down

lab_make()
{
	need_command ip ethtool nginx curl taskset pgrep || return
	[ -x "$FLOOD" ] || lab_die "$FLOOD is missing; run: make tests" || return
	mkdir -p "$LAB_DIR"
	lab_mount_bpffs || return
	lab_add_namespace "$SERVER_NS" && lab_add_namespace "$CLIENT_NS" && lab_add_devices && lab_add_addresses &&
		in_client "$FLOOD" --stub "$CLIENT_DEV" && lab_pin_receiver && lab_start_nginx
}

lab_up()
{
	lab_exists && { lab_die "is up already; remove it by: tests/lab.sh down"; return; }
	lab_make && return
	lab_down
	lab_die "could not be made"
}

lab_pids()
{
	local namespace

	for namespace in "$SERVER_NS" "$CLIENT_NS"; do
		[ ! -e "/run/netns/$namespace" ] || ip netns pids "$namespace"
	done
}

lab_kill()
{
	local signal pids

	for signal in TERM KILL; do
		pids=$(lab_pids)
		[ -n "$pids" ] || return 0
		# shellcheck disable=SC2086 # one word per process
		kill -"$signal" $pids 2>/dev/null
		wait_for '[ -z "$(lab_pids)" ]' 3 && return
	done
}

# levee goes by its own detach where it can; whatever that would leave goes with the file system.
lab_remove_pins()
{
	mountpoint -q "$LAB_DIR/bpf" || return 0
	[ ! -d "$LAB_DIR/bpf/levee" ] || in_server "$LEVEE" detach "$SERVER_DEV" >/dev/null 2>&1
	umount "$LAB_DIR/bpf" || umount -l "$LAB_DIR/bpf"
}

lab_down()
{
	lab_kill
	lab_remove_pins
	ip netns delete "$SERVER_NS" 2>/dev/null
	ip netns delete "$CLIENT_NS" 2>/dev/null
	rm -rf "$LAB_DIR"
	rmdir "$LAB_RUN" 2>/dev/null
	return 0
}

# --- a lab that lives as long as the script

# Labs whose script was killed before it could clean up. A lab made by tests/lab.sh has no owner and stays.
lab_remove_orphans()
{
	local owner mine=$LAB

	for owner in "$LAB_RUN"/*/owner; do
		[ -e "$owner" ] || continue
		kill -0 "$(<"$owner")" 2>/dev/null && continue
		lab_name "$(basename "$(dirname "$owner")")"
		lab_down
	done
	lab_name "$mine"
}

lab_end()
{
	local status=$?

	trap '' INT TERM HUP
	trap - EXIT
	lab_down
	exit "$status"
}

lab_begin() # [NAME]
{
	need_root
	lab_name "${1:-${LEVEE_LAB:-test-$$}}"
	lab_remove_orphans
	lab_exists && { lab_die "is up already; take another name by LEVEE_LAB=NAME"; exit 1; }
	mkdir -p "$LAB_DIR"
	echo $$ >"$LAB_DIR/owner"
	trap lab_end EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	lab_up || exit 1
}
