"""Why a picture is refused or given up."""

from kit.errors import Rejected


class UnsupportedFormat(Rejected):
    """This is a picture of a kind that is not supported."""


class CorruptImage(Rejected):
    """The picture's data is damaged and cannot be decoded."""


class DecompressionBomb(Rejected):
    """Decoding the picture would need far more memory than its bytes suggest."""


class TooSlow(Rejected):
    """Decoding the picture takes longer than the limit."""


class UnknownRecipe(Rejected):
    """The recipe that this picture was admitted under is no longer in recipes.toml."""


def unsupported(kind: str) -> UnsupportedFormat:
    """Return the refusal of a kind of picture, with what to do instead."""
    return UnsupportedFormat(f"{kind} is not supported; save it as JPEG, PNG, WebP or plain TIFF")
