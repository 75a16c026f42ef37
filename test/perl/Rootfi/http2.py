"""An HTTP/2 server over TLS that goes away.

http2.py CERTIFICATE KEY LOG MODE prints its port and serves until its standard
input ends. Each request becomes a line of the log: connection and method. It
answers the first request of each connection with a record; after that, by
MODE: "after" says GOAWAY and leaves the connection open, "during" says GOAWAY
and closes it in place of an answer to the second request, "stream" ends that
request's stream with an internal error and goes on.
"""
import os
import socket
import ssl
import struct
import sys
import threading

certificate, key, log_name, mode = sys.argv[1:]
log = os.open(log_name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7


def frame(kind, flags, stream, body=b''):
    return struct.pack('>I', len(body))[1:] + struct.pack('>BBI', kind, flags, stream) + body


def read(client, n):
    data = b''
    while len(data) < n:
        piece = client.recv(n - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def answer(client, number, count, stream):
    """Does what the mode asks for; false if the connection is over."""
    if count > 1 and mode == 'stream':
        client.sendall(frame(RESET, 0, stream, struct.pack('>I', 2)))
        return True
    if count > 1:
        if mode == 'during':
            client.sendall(frame(GOAWAY, 0, 0, struct.pack('>II', stream, 0)))
            return False
        return True
    client.sendall(frame(HEADERS, 4, stream, b'\x88') + frame(DATA, 1, stream, b'{"rootfi_id": 157}'))
    if mode == 'after':
        client.sendall(frame(GOAWAY, 0, 0, struct.pack('>II', stream, 0)))
    return True


def serve(client, number):
    count = 0
    try:
        read(client, 24)
        client.sendall(frame(SETTINGS, 0, 0))
        while True:
            head = read(client, 9)
            body = read(client, int.from_bytes(head[:3], 'big'))
            kind, flags, stream = struct.unpack('>BBI', head[3:])
            if kind == SETTINGS and not flags & 1:
                client.sendall(frame(SETTINGS, 1, 0))
            elif kind == PING and not flags & 1:
                client.sendall(frame(PING, 1, 0, body))
            elif kind == HEADERS:
                count += 1
                fields = body[5:] if flags & 0x20 else body
                method = 'GET' if b'\x82' in fields[:3] else 'POST'
                os.write(log, f'{number} {method}\n'.encode())
            if kind in (HEADERS, DATA) and flags & 1 and not answer(client, number, count, stream):
                break
    except (EOFError, OSError):
        pass
    client.close()


def accept(listener, context):
    number = 0
    while True:
        client, _ = listener.accept()
        number += 1
        try:
            client = context.wrap_socket(client, server_side=True)
        except OSError:
            continue
        threading.Thread(target=serve, args=(client, number), daemon=True).start()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
context.set_alpn_protocols(['h2'])
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
threading.Thread(target=accept, args=(listener, context), daemon=True).start()
sys.stdin.read()
