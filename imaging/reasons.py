"""Why a picture is given up after it was admitted."""

from kit.errors import Rejected


class CorruptImage(Rejected):
    """The picture's data is damaged and cannot be decoded."""


class DecompressionBomb(Rejected):
    """Decoding the picture would need far more memory than its bytes suggest."""


class TooSlow(Rejected):
    """Decoding the picture takes longer than the limit."""


class UnknownRecipe(Rejected):
    """The recipe that this picture was admitted under is no longer in recipes.toml."""
