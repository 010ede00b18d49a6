"""How the application and its rendering child speak: messages of several blobs, each with its length before it."""

import struct
from typing import BinaryIO

_LENGTH = struct.Struct(">I")
_MOST_BLOBS = 64


class Hungup(Exception):
    """The other side has gone."""


def send(stream: BinaryIO, blobs: list[bytes]) -> None:
    """Write one message of up to 64 blobs of less than 4 GiB each. Raises Hungup."""
    try:
        stream.write(_LENGTH.pack(len(blobs)))
        for blob in blobs:
            stream.write(_LENGTH.pack(len(blob)))
            stream.write(blob)
        stream.flush()
    except (BrokenPipeError, ValueError) as gone:
        raise Hungup from gone


def receive(stream: BinaryIO) -> list[bytes]:
    """Read one message. Raises Hungup at the end of the stream or on nonsense."""
    (count,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if count > _MOST_BLOBS:
        raise Hungup
    blobs = []
    for _ in range(count):
        (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
        blobs.append(_exactly(stream, length))
    return blobs


def _exactly(stream: BinaryIO, length: int) -> bytes:
    blob = stream.read(length)
    if len(blob) != length:
        raise Hungup
    return blob
