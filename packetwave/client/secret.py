"""A secret on this PC's disk: on Windows sealed by the system for this user, elsewhere as it is, in a file
that nobody else may read.

DPAPI binds it to the user's account: a copied profile folder, or another user of the PC, has nothing of it.
Owns nothing; any thread.
"""

import sys

_PURPOSE = b"PacketWave pairing"
"""Another program of the same user that unseals whatever it finds does not get this by mistake."""


class Unreadable(Exception):
    """What lies there was sealed by somebody else, or is damaged."""


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    NAME = "dpapi"
    """How the secret is kept, for the file in which it lies."""

    _NO_DIALOG = 0x1  # CRYPTPROTECT_UI_FORBIDDEN

    _Bytes = ctypes.POINTER(ctypes.c_char)

    class _Blob(ctypes.Structure):
        _fields_ = (("size", wintypes.DWORD), ("data", _Bytes))

    _crypt32 = ctypes.WinDLL("crypt32", use_last_error=True)
    _kernel32 = ctypes.WinDLL("kernel32")
    _kernel32.LocalFree.argtypes = (ctypes.c_void_p,)
    for _function in (_crypt32.CryptProtectData, _crypt32.CryptUnprotectData):
        _function.argtypes = (
            ctypes.POINTER(_Blob), ctypes.c_void_p, ctypes.POINTER(_Blob), ctypes.c_void_p, ctypes.c_void_p,
            wintypes.DWORD, ctypes.POINTER(_Blob),
        )  # fmt: skip
        _function.restype = wintypes.BOOL

    def seal(secret: bytes) -> bytes:
        """What may be written. Raises OSError."""
        return _through(_crypt32.CryptProtectData, secret)

    def unseal(sealed: bytes) -> bytes:
        """The secret again. Raises Unreadable."""
        try:
            return _through(_crypt32.CryptUnprotectData, sealed)
        except OSError as error:
            raise Unreadable(str(error)) from error

    def _blob(data: bytes) -> _Blob:
        return _Blob(len(data), ctypes.cast(ctypes.create_string_buffer(data, len(data)), _Bytes))

    def _through(function: "ctypes._NamedFuncPointer", data: bytes) -> bytes:
        given, purpose, made = _blob(data), _blob(_PURPOSE), _Blob()
        if not function(
            ctypes.byref(given), None, ctypes.byref(purpose), None, None, _NO_DIALOG, ctypes.byref(made)
        ):
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            return ctypes.string_at(made.data, made.size)
        finally:
            _kernel32.LocalFree(made.data)

else:
    NAME = "file"
    """How the secret is kept, for the file in which it lies."""

    def seal(secret: bytes) -> bytes:
        """What may be written. Raises OSError."""
        return secret

    def unseal(sealed: bytes) -> bytes:
        """The secret again. Raises Unreadable."""
        return sealed
