"""Receives what runtimes send over Unix sockets."""

import array
import os
import socket


class Listener:
    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen(5)
        self.socket.settimeout(10)
        self.descriptors = []

    def receive(self):
        """The bytes of one connection to its end, and the descriptors that came with each message."""
        connection, _ = self.socket.accept()
        connection.settimeout(10)
        data, batches = b"", []
        with connection:
            while True:
                message, ancillary, _, _ = connection.recvmsg(65536, socket.CMSG_LEN(64))
                found = array.array("i")
                for level, kind, content in ancillary:
                    if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                        found.frombytes(content[: len(content) - len(content) % found.itemsize])
                if not message and not found:
                    return data, batches
                data += message
                batches.append(list(found))
                self.descriptors += found

    def close(self):
        self.socket.close()
        for descriptor in self.descriptors:
            os.close(descriptor)
