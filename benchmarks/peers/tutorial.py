"""The tutorial way in Pillow: for every rendition open the upload, turn it, convert it, shrink it, save it."""

from collections.abc import Iterable
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from benchmarks.peers.measuring import Output, Renditions, Wanted, measure

MASTER_QUALITY = 95
WITHOUT_LIMIT = 1_000_000
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def normalize(content: bytes, _: Renditions) -> Iterable[Output]:
    image, format_ = upright(content)
    yield Output("master", saved(image, format_, MASTER_QUALITY))


def renditions(content: bytes, wanted: Renditions) -> Iterable[Output]:
    for rendition in wanted:
        image, format_ = upright(content)
        yield Output(rendition.name, saved(shrunk(image, rendition), format_, rendition.quality))


def upright(content: bytes) -> tuple[Image.Image, str]:
    opened = Image.open(BytesIO(content))
    format_ = opened.format or ""
    image = ImageOps.exif_transpose(opened)
    if profile := image.info.get("icc_profile"):
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        image = ImageCms.profileToProfile(image, source, SRGB, outputMode=image.mode) or image
    return image, format_


def shrunk(image: Image.Image, rendition: Wanted) -> Image.Image:
    width, height = rendition.width or WITHOUT_LIMIT, rendition.height or WITHOUT_LIMIT
    if rendition.fit == "cover":
        return ImageOps.fit(image, (width, height))
    image.thumbnail((width, height))
    if rendition.blocks:
        small = image.copy()
        small.thumbnail((rendition.blocks, rendition.blocks))
        return small.resize(image.size, Image.Resampling.NEAREST)
    return image


def saved(image: Image.Image, format_: str, quality: int) -> bytes:
    image.info.clear()
    file = BytesIO()
    image.save(file, format_, quality=quality, **({"method": 2} if format_ == "WEBP" else {}))
    return file.getvalue()


if __name__ == "__main__":
    measure({"normalize": normalize, "renditions": renditions})
