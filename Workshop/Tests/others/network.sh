# shellcheck shell=bash
# Level 14 of rd.sh, without a bridge: a cable for each container, and a network that is there before the container.
# shellcheck disable=SC2154 # rd.sh has the variables.

cable=rs$$
# Four addresses for each: the network's, the host's, the container's, and that of all.
subnet=10.89.$(($$ / 64 % 256)) first=$(($$ % 64 * 4))

# A process holds the network until it can read no more.
connect() {
  # shellcheck disable=SC2034 # bash sets more than is used.
  coproc HOLDER { exec unshare --net bash -c 'echo; read -r _'; }
  holder=$HOLDER_PID
  read -r _ <&"${HOLDER[0]}"
  ip link add "$cable" type veth peer name eth0 netns "$holder" &&
    ip address add "$subnet.$((first + 1))/30" dev "$cable" &&
    ip link set "$cable" up &&
    nsenter "--net=/proc/$holder/ns/net" ip -batch - <<EOT &&
address add $subnet.$((first + 2))/30 dev eth0
link set eth0 up
route add default via $subnet.$((first + 1))
EOT
    nft -f - <<EOT
table ip $cable {
  chain leave {
    type nat hook postrouting priority 100;
    ip saddr $subnet.$((first + 2)) masquerade
  }
  chain come {
    type nat hook prerouting priority -100;
    $(publish)
  }
  chain here {
    type nat hook output priority -100;
    $(publish)
  }
}
EOT
}

publish() {
  local ports
  for ports in "${published[@]}"; do
    echo "fib daddr type local ip daddr != 127.0.0.0/8 tcp dport ${ports%:*} dnat to $subnet.$((first + 2)):${ports#*:}"
  done
}

disconnect() {
  nft delete table ip "$cable" 2>/dev/null
  ip link delete "$cable"
  eval "exec ${HOLDER[1]}>&-"
  wait "$holder"
}
