"""Makes the data folder, and decides who may read it.

Owns nothing afterwards. Calls are personal data, so on Windows the folder of the whole PC
(`paths.shared_dir`) is made for the system, its administrators, the task's account and the user who made it,
and for nobody else. A folder that is there already, or was named by `--data-dir`, keeps its rights.
"""

import contextlib
import errno
import os
import sys
from pathlib import Path

from packetwave.common import files, paths

_FULL_CONTROL = "(A;OICI;FA;;;{})"
"""For files and folders within too: allowed, object and container inherit, file all access."""

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

_SYSTEM, _ADMINISTRATORS, _LOCAL_SERVICE = "SY", "BA", "LS"


class Unusable(OSError):
    """The data folder cannot be used. str() is a sentence that says why and what to do.

    reason: what the system says; detail: the folder, and that. is_foreign: it is another Windows account's.
    is_of_the_disk: nobody can write there now, as the disk is full or may only be read.
    """

    def __init__(self, folder: Path, error: OSError, *, is_shared: bool) -> None:
        self.is_foreign = is_shared and isinstance(error, PermissionError)
        self.is_of_the_disk = error.errno in _OF_THE_DISK
        self.reason = error.strerror or str(error)
        self.detail = f"{folder}\n{self.reason}"
        super().__init__(_why_not(folder, error) if not self.is_foreign else _foreign(folder))


def make(folder: Path) -> str:
    """Make the folder where it is missing, and see that it can be written. Raises Unusable.

    Returns a sentence for the log, "" for none: the log cannot be written before its folder is there.
    """
    trouble = ""
    try:
        if _is_shared(folder) and not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            trouble = _make_private(folder)
        folder.mkdir(files.PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(folder, error, is_shared=_is_shared(folder)) from error
    check(folder)
    return trouble


def check(folder: Path) -> None:
    """See that the folder can be written if it is there. Raises Unusable.

    A file is made to find out: rights alone do not tell (access lists, read-only media, network shares).
    """
    _try(folder, b"")


def trouble_with(folder: Path) -> Unusable | None:
    """As `make`, for a program that runs without its folder: what is the matter with it, a full disk among
    that; None for nothing."""
    try:
        make(folder)
        _try(folder, b"x")
    except Unusable as error:
        return error
    return None


def _try(folder: Path, content: bytes) -> None:
    trial = folder / f"trial-{os.getpid()}"
    try:
        files.try_to_write(trial, content)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unusable(folder, error, is_shared=_is_shared(folder)) from error
    finally:
        with contextlib.suppress(OSError):  # a virus scanner may be looking at it
            trial.unlink()


def _foreign(folder: Path) -> str:
    return (
        f"another Windows account keeps PacketWave's data in {folder}: "
        "sign in with that account, or start PacketWave as administrator"
    )


def _why_not(folder: Path, error: OSError) -> str:
    return (
        f"the data folder {folder} cannot be used: {error.strerror or error}; choose another with --data-dir"
    )


def security(user_sid: str) -> str:
    """Who may read and write the whole PC's folder, as a security descriptor string; nothing is inherited
    from the folder above. user_sid: who makes it, such as S-1-5-21-….

    https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
    """
    trustees = (_SYSTEM, _ADMINISTRATORS, _LOCAL_SERVICE, user_sid)
    return "D:P" + "".join(_FULL_CONTROL.format(trustee) for trustee in trustees)


def _is_shared(folder: Path) -> bool:
    return sys.platform == "win32" and folder == paths.shared_dir()


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _TOKEN_QUERY = 8
    _TOKEN_USER = 1
    _SDDL_REVISION = 1
    _ERROR_ALREADY_EXISTS = 183

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
    _kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
    _kernel32.LocalFree.argtypes = [ctypes.c_void_p]
    _kernel32.LocalFree.restype = ctypes.c_void_p
    _kernel32.CreateDirectoryW.argtypes = [wintypes.LPCWSTR, ctypes.c_void_p]
    _advapi32.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
    _advapi32.GetTokenInformation.argtypes = [
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
    ]
    _advapi32.ConvertSidToStringSidW.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)]
    _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = [
        wintypes.LPCWSTR,
        wintypes.DWORD,
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.c_void_p,
    ]

    class _SecurityAttributes(ctypes.Structure):
        _fields_ = [
            ("length", wintypes.DWORD),
            ("descriptor", ctypes.c_void_p),
            ("inherit_handle", wintypes.BOOL),
        ]

    def _make_private(folder: Path) -> str:
        """Make the folder with its rights in one step. Where that fails, nothing is made, and a sentence for
        the log is returned."""
        descriptor = ctypes.c_void_p()
        try:
            _check(
                _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW(
                    security(_user_sid()), _SDDL_REVISION, ctypes.byref(descriptor), None
                )
            )
            attributes = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, False)
            _check(_kernel32.CreateDirectoryW(str(folder), ctypes.byref(attributes)))
        except OSError as error:
            if error.winerror == _ERROR_ALREADY_EXISTS:
                return ""
            return f"other users of this PC may be able to read {folder}: {error}"
        else:
            return ""
        finally:
            _kernel32.LocalFree(descriptor)

    def _user_sid() -> str:
        token = wintypes.HANDLE()
        _check(_advapi32.OpenProcessToken(_kernel32.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)))
        try:
            size = wintypes.DWORD()
            _advapi32.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
            user = ctypes.create_string_buffer(size.value)  # TOKEN_USER: begins with a pointer to the SID
            _check(_advapi32.GetTokenInformation(token, _TOKEN_USER, user, size, ctypes.byref(size)))
        finally:
            _kernel32.CloseHandle(token)
        text = ctypes.c_void_p()
        _check(_advapi32.ConvertSidToStringSidW(ctypes.c_void_p.from_buffer(user), ctypes.byref(text)))
        try:
            assert text.value is not None
            return ctypes.wstring_at(text.value)
        finally:
            _kernel32.LocalFree(text)

    def _check(succeeded: int) -> None:
        if not succeeded:
            raise ctypes.WinError(ctypes.get_last_error())

else:

    def _make_private(_folder: Path) -> str:
        """Nothing to do: only Windows has a folder of the whole PC."""
        return ""
