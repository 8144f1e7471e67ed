"""Artifacts in an S3-compatible store; the node's folder is a cache of it.

Address and keys come from the usual places: `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
`AWS_REGION`, a profile or the machine's role.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alto_agent.artifacts.folder_store import FolderStore


class S3Store:
    """Objects are named as the files are, below a prefix."""

    def __init__(self, bucket: str, prefix: str, folder: Path) -> None:
        """Raises `ValueError` where boto3 is not installed."""
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise ValueError("ALTO_ARTIFACTS names an S3 store: install alto-agent[s3] for it.") from None
        config = Config(retries={"max_attempts": 5, "mode": "standard"}, connect_timeout=10, read_timeout=60)
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        self._client: Any = boto3.client("s3", config=config, region_name=region)
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._folder = folder
        self._cache = FolderStore(folder)

    def keep(self, relative: str) -> None:
        """Uploads the file, or every file below the folder."""
        path = self._folder / relative
        files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
        try:
            for file in files:
                name = file.relative_to(self._folder).as_posix()
                self._client.upload_file(str(file), self._bucket, self._prefix + name)
        except Exception as problem:
            raise _as_os_error("stored in", relative, self._bucket, problem) from problem

    def fetch(self, relative: str) -> None:
        """Downloads what the folder does not have; a half download never carries the right name."""
        path = self._folder / relative
        if path.exists():
            return
        half: Path | None = None
        try:
            names = list(self._names(relative))
            if not names:
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            half = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
            for name in names:
                inside = name.removeprefix(relative).lstrip("/") or path.name
                target = (half / inside).resolve()
                if not target.is_relative_to(half.resolve()):
                    raise OSError(f"{name} would leave the artifact store.")
                target.parent.mkdir(parents=True, exist_ok=True)
                self._client.download_file(self._bucket, self._prefix + name, str(target))
            (half / path.name if names == [relative] else half).replace(path)
        except Exception as problem:
            raise _as_os_error("read from", relative, self._bucket, problem) from problem
        finally:
            if half is not None:
                shutil.rmtree(half, ignore_errors=True)

    def fetch_newest(self, relative: str) -> None:
        """Downloads it whatever the folder has."""
        self._cache.drop(relative)
        self.fetch(relative)

    def drop(self, relative: str) -> None:
        """Deletes it in the store and here."""
        try:
            for name in list(self._names(relative)):
                self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)
        except Exception as problem:
            raise _as_os_error("deleted in", relative, self._bucket, problem) from problem
        self._cache.drop(relative)

    def _names(self, relative: str) -> Iterator[str]:
        """The object of this name and those below it, without the prefix."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + relative
        )
        for page in pages:
            for item in page.get("Contents", []):
                name = str(item["Key"]).removeprefix(self._prefix)
                if name == relative or name.startswith(f"{relative}/"):
                    yield name


def _as_os_error(verb: str, relative: str, bucket: str, problem: Exception) -> OSError:
    return OSError(f"{relative} could not be {verb} the bucket {bucket}: {problem}")
