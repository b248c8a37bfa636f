"""What nft is told of a container with the address 10.88.0.NUMBER. Given."""

from host import call


def translate(number, ports):
    """Nobody outside knows our addresses: what goes out gets the host's, and what comes to a published port
    of the host's gets ours. The kernel remembers it for the answers."""
    table, address = f"rd{number}", f"10.88.0.{number}"
    # What an rd that was killed has left goes.
    stop_translating(number)
    call(f"nft add table ip {table}")
    call(f"nft add chain ip {table} out {{ type nat hook postrouting priority 100 ; }}")
    call(f"nft add rule ip {table} out ip saddr {address} oifname != rd0 masquerade")
    # From elsewhere, and from the host itself.
    for hook in ["prerouting", "output"]:
        call(f"nft add chain ip {table} {hook} {{ type nat hook {hook} priority -100 ; }}")
        for port in ports:
            origin = f"fib daddr type local ip daddr != 127.0.0.0/8 tcp dport {port.outside}"
            call(f"nft add rule ip {table} {hook} {origin} dnat to {address}:{port.inside}")


def stop_translating(number):
    """To add a table that is there is no error; to delete one that isn't there is."""
    call(f"nft add table ip rd{number}")
    call(f"nft delete table ip rd{number}")
