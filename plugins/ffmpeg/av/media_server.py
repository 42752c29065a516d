#!/usr/bin/env python3
"""A server of files for the tests of inputs that are URLs.

  media_server.py FOLDER [KEY CERTIFICATE]

Prints the ports of HTTP, RTSP and, with a key, HTTPS on one line, and serves on loopback until its
standard input ends. Beside the folder's files HTTP has /moved/FILE (redirects to FILE),
/stalled/FILE (sends a kilobyte and then nothing) and /endless/FILE (sends FILE for ever). RTSP
sends an MPEG-TS file within its own connection.
"""

import http.server
import pathlib
import socketserver
import ssl
import struct
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])
IS_ENDING = threading.Event()


class Http(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        way, _, name = self.path.partition("?")[0].lstrip("/").rpartition("/")
        if way == "moved":
            self.send_response(302)
            self.send_header("Location", "/" + name)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        body = (FOLDER / name).read_bytes()
        try:
            if way == "endless":
                self.send_response(200)
                self.end_headers()
                while not IS_ENDING.is_set():
                    self.wfile.write(body)
            elif way == "stalled":
                self.begin(200, len(body))
                self.wfile.write(body[:1000])
                self.wfile.flush()
                IS_ENDING.wait()
            else:
                self.send_part(body)
        except OSError:  # the client has seen enough
            pass

    def begin(self, status, n_bytes):
        self.send_response(status)
        self.send_header("Content-Length", str(n_bytes))
        self.send_header("Accept-Ranges", "bytes")

    def send_part(self, body):
        wanted = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")
        start = int(wanted[0])
        end = int(wanted[1]) + 1 if wanted[1] else len(body)
        self.begin(206, end - start)
        self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(body)}")
        self.end_headers()
        self.wfile.write(body[start:end])

    def log_message(self, *_):
        pass


class Rtsp(socketserver.StreamRequestHandler):
    SDP = "v=0\r\nm=video 0 RTP/AVP 33\r\na=control:track\r\n"
    PACKETS = 7 * 188  # MPEG-TS packets in one of RTP

    def handle(self):
        while line := self.rfile.readline().decode():
            method, url, _ = line.split()
            headers = {}
            while (header := self.rfile.readline().decode().strip()) != "":
                name, _, value = header.partition(": ")
                headers[name.lower()] = value
            self.answer(method, headers.get("cseq", "0"))
            if method == "PLAY":
                return self.play(pathlib.PurePosixPath(url.rstrip("/")).name)

    def answer(self, method, number):
        body = self.SDP if method == "DESCRIBE" else ""
        more = {"DESCRIBE": "Content-Type: application/sdp\r\n",
                "SETUP": "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
                "PLAY": "Session: 1\r\n"}.get(method, "Public: DESCRIBE, SETUP, PLAY\r\n")
        self.wfile.write(f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{more}"
                         f"Content-Length: {len(body)}\r\n\r\n{body}".encode())

    def play(self, name):
        body = (FOLDER / name).read_bytes()
        for number, start in enumerate(range(0, len(body), self.PACKETS)):
            part = body[start:start + self.PACKETS]
            head = struct.pack(">BBHII", 0x80, 33, number & 0xFFFF, number, 1)
            self.wfile.write(struct.pack(">cBH", b"$", 0, len(head) + len(part)) + head + part)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, handler, context=None):
        super().__init__(("127.0.0.1", 0), handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):  # a client that does not trust the certificate
        pass


def main():
    servers = [Server(Http), Server(Rtsp)]
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[2])
        servers.append(Server(Http, context))
    print(*(server.server_address[1] for server in servers), flush=True)
    sys.stdin.read()
    IS_ENDING.set()


if __name__ == "__main__":
    main()
