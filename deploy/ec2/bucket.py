"""The bucket: releases go up, backups come down, and in the end it is emptied."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy.ec2.plan import Refused

CURRENT = "releases/current.json"


def sha256_of(path: Path) -> str:
    """The checksum of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def upload_release(s3: Any, bucket: str, archive: Path) -> dict[str, str]:
    """Put an archive that `script/release` made into the bucket; nothing names it yet.

    Returns what `name_release` takes. Raises Refused where it is no such archive or is damaged.
    """
    named = re.fullmatch(r"evenkeel-([0-9A-Za-z.+_-]+)\.tar\.gz", archive.name)
    if not named or not archive.is_file():
        raise Refused(f"{archive} is no release. script/release makes evenkeel-VERSION.tar.gz.")
    digest = sha256_of(archive)
    beside = archive.with_name(archive.name + ".sha256")
    if beside.exists() and beside.read_text().split()[0] != digest:
        raise Refused(f"{archive} is not what {beside.name} says. Make it again: script/release")
    key = f"releases/{digest[:12]}/{archive.name}"
    s3.upload_file(str(archive), bucket, key)
    return {"key": key, "sha256": digest, "version": named[1]}


def current_release(s3: Any, bucket: str) -> dict[str, str] | None:
    """What a server would install now, or None."""
    try:
        named: dict[str, str] = json.loads(s3.get_object(Bucket=bucket, Key=CURRENT)["Body"].read())
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    return named


def name_release(s3: Any, bucket: str, release: dict[str, str]) -> None:
    """Make a server install this one from now on."""
    s3.put_object(Bucket=bucket, Key=CURRENT, Body=json.dumps(release).encode())


def last_backup(s3: Any, bucket: str) -> dict[str, Any] | None:
    """The newest backup as {key, bytes, at}, or None."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="backups/")
    found = [item for page in pages for item in page.get("Contents", [])]
    if not found:
        return None
    newest = max(found, key=lambda item: item["LastModified"])
    at = newest["LastModified"].isoformat(timespec="seconds")
    return {"key": newest["Key"], "bytes": newest["Size"], "at": at}


def fetch_backup(s3: Any, bucket: str, key: str, folder: Path) -> Path:
    """Bring a backup here. Raises Refused, and leaves no file, when its checksum is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    to = folder / Path(key).name
    s3.download_file(bucket, key, str(to))
    stored = s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256")
    if stored != sha256_of(to):
        to.unlink()
        raise Refused(f"{key} did not arrive as it was stored: its checksum is wrong.")
    return to


def empty(s3: Any, bucket: str) -> int:
    """Delete every object, version, marker and unfinished upload. Returns how many.

    Raises Refused when one stays. A bucket that is gone is empty.
    """
    try:
        return _delete_versions(s3, bucket) + _abort_uploads(s3, bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return 0
        raise


def _delete_versions(s3: Any, bucket: str) -> int:
    deleted = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        items = page.get("Versions", []) + page.get("DeleteMarkers", [])
        doomed = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in items]
        if not doomed:
            continue
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})
        for error in answer.get("Errors", []):
            raise Refused(f"{error['Key']} could not be deleted: {error['Message']}")
        deleted += len(doomed)
    return deleted


def _abort_uploads(s3: Any, bucket: str) -> int:
    uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    for upload in uploads:
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    return len(uploads)
