"""File systems of the tests' own, which nobody else on the machine sees and which end with them."""

import ctypes
import os
from pathlib import Path

NEWNS, NEWUSER = 0x00020000, 0x10000000
READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 32, 4096, 16384, 1 << 18

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def enter() -> None:
    """Gives this process, and whatever it starts, a mount table of its own.

    Root may do that; anybody else, and a root that may not, is first made the owner of a user
    namespace, which works only while the process has one thread.
    """
    user, group = os.getuid(), os.getgid()
    if libc.unshare(NEWNS) != 0:
        check(libc.unshare(NEWUSER | NEWNS), "a mount table of the tests' own")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    mount(None, Path("/"), RECURSIVE | PRIVATE)


def mount(kind: str | None, place: Path, flags: int = 0, options: str = "",
          source: Path | str | None = None) -> None:
    words = [str(word).encode() if word is not None else None for word in (source, place, kind)]
    check(libc.mount(*words, flags, options.encode() or None), f"mounting {place}")


class Memory:
    """A file system in memory of some size, mounted on a folder while its `with` lasts."""

    def __init__(self, place: Path, megabytes: int):
        self.place = place
        self.megabytes = megabytes

    def __enter__(self) -> "Memory":
        self.place.mkdir(parents=True, exist_ok=True)
        mount("tmpfs", self.place, 0, f"size={self.megabytes}m,mode=0700", "tmpfs")
        return self

    def __exit__(self, *_) -> None:
        # Lazily: it goes when whoever still has a file open in it ends.
        check(libc.umount2(str(self.place).encode(), 2), f"unmounting {self.place}")

    @property
    def filler(self) -> Path:
        return self.place / "filler"

    def fill(self) -> None:
        """Takes what is left, to the last byte."""
        with self.filler.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def free(self) -> None:
        self.filler.unlink()

    def freeze(self) -> None:
        """Makes it read-only; nobody may have a file open for writing."""
        mount(None, self.place, REMOUNT | READ_ONLY)
