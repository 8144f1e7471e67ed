"""A hub on this machine: those routes of the Hugging Face hub that a model download needs."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

REVISION = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def local_hub(name: str, folder: Path) -> Generator[str]:
    """Serves `folder` as the model `name`; gives the address to set as HF_ENDPOINT."""
    files = {file.name: file.read_bytes() for file in folder.iterdir()}

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            path = self.path.split("?")[0]
            api, resolve = f"/api/models/{name}", f"/{name}/resolve/"
            file = files.get(path.rsplit("/", 1)[-1]) if path.startswith(resolve) else None
            if path.startswith(f"{api}/tree/"):
                tree = [
                    {"type": "file", "path": file_name, "size": len(raw), "oid": sha256(raw).hexdigest()[:40]}
                    for file_name, raw in files.items()
                ]
                self._send(200, json.dumps(tree).encode(), body=body)
            elif path.startswith(api):
                siblings = [{"rfilename": file_name, "size": len(raw)} for file_name, raw in files.items()]
                info = {"id": name, "sha": REVISION, "siblings": siblings, "private": False, "tags": []}
                self._send(200, json.dumps(info).encode(), body=body)
            elif file is None:
                code = "EntryNotFound" if path.startswith(resolve) else "RepoNotFound"
                self._send(404, b"", body=body, headers={"X-Error-Code": code})
            else:
                etag = {"ETag": f'"{sha256(file).hexdigest()[:40]}"', "X-Repo-Commit": REVISION}
                asked = self.headers.get("Range")
                if asked and body:
                    start, end = (int(part or len(file)) for part in asked.removeprefix("bytes=").split("-"))
                    part = file[start : end + 1]
                    spread = {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(file)}"}
                    self._send(206, part, body=body, headers=etag | spread)
                else:
                    self._send(200, file, body=body, headers=etag)

        def _send(
            self, status: int, raw: bytes, *, body: bool, headers: dict[str, str] | None = None
        ) -> None:
            self.send_response(status)
            for key, value in ({"Content-Length": str(len(raw))} | (headers or {})).items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
