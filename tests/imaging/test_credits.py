"""Credits may be kept, by name; nothing else ever is."""

from io import BytesIO

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from imaging.containers import MAX_PROFILE, tiff
from imaging.credits import MAX_CREDIT, credits_of
from imaging.recipes import parse
from services.normalize.pixels import normalize
from services.resize.renditions import make
from tests.support import pictures

WRITABLE = ["JPEG", "PNG", "WEBP", "TIFF"]


def signed(format_: str, artist: str = "Ada", **more: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = artist
    exif[ExifTags.Base.Copyright] = "Ada, 2026"
    exif[ExifTags.Base.Make] = "a maker"
    for name, value in more.items():
        exif[ExifTags.Base[name]] = value
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return pictures.encoded(pictures.scene(), format_, exif=exif)


def kept(content: bytes) -> dict[int, str]:
    with Image.open(BytesIO(content)) as image:
        return dict(image.getexif())


@pytest.mark.parametrize("format_", WRITABLE)
def test_nothing_is_kept_unless_it_is_asked_for(format_: str) -> None:
    assert kept(normalize(signed(format_)).content) == {}


@pytest.mark.parametrize("format_", WRITABLE)
def test_what_is_asked_for_is_kept_and_nothing_else(format_: str) -> None:
    assert kept(normalize(signed(format_), keep=["copyright"]).content) == {ExifTags.Base.Copyright: "Ada, 2026"}
    both = kept(normalize(signed(format_), keep=["artist", "copyright"]).content)
    assert both == {ExifTags.Base.Artist: "Ada", ExifTags.Base.Copyright: "Ada, 2026"}


def test_a_stripped_jpeg_keeps_its_credits_and_its_pixels() -> None:
    master = normalize(signed("JPEG"), keep=["artist"])
    assert master.method == "stripped"
    assert kept(master.content) == {ExifTags.Base.Artist: "Ada"}


def test_a_turned_picture_keeps_its_credits_and_not_its_orientation() -> None:
    master = normalize(signed("JPEG", Orientation=6), keep=["artist"])
    assert master.method == "re-encoded"
    assert kept(master.content) == {ExifTags.Base.Artist: "Ada"}


def test_credits_are_no_place_to_hide_a_book() -> None:
    image = Image.open(BytesIO(signed("JPEG", artist="A" * 5000)))
    exif = Image.Exif()
    exif.load(credits_of(["artist"], image.info["exif"]))
    assert exif[ExifTags.Base.Artist] == "A" * MAX_CREDIT


@pytest.mark.parametrize("block", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff", b"\0" * 20])
def test_damaged_exif_says_nothing(block: bytes) -> None:
    assert tiff.orientation(block) is None
    assert credits_of(["artist"], block) == b""


JOSE, RIGHTS = "José Muñoz", "© 2026 José Muñoz"


def exif_of(**values: bytes) -> bytes:
    block = Image.Exif()
    for name, value in values.items():
        block[ExifTags.Base[name]] = value
    return block.tobytes()


def said(exif: bytes = b"", xmp: bytes = b"", iptc: bytes = b"") -> tuple[str | None, str | None]:
    """Return artist and copyright as they are written, which is UTF-8."""
    block = tiff.block(credits_of(["artist", "copyright"], exif, xmp, iptc))
    artist, rights = (block.raw(ExifTags.Base[name]) for name in ("Artist", "Copyright"))
    return artist.rstrip(b"\0").decode() or None, rights.rstrip(b"\0").decode() or None


@pytest.mark.parametrize(
    ("artist", "right"),
    [
        (JOSE.encode(), JOSE),
        (JOSE.encode("latin-1"), JOSE),
        (JOSE.encode("utf-16"), JOSE),
        ("\u201eJos\xe9\u201c".encode("cp1252"), "\u201eJos\xe9\u201c"),
        (b"  Ada  \0rest of a buffer", "Ada"),
        ("相机".encode(), "相机"),
        (b"   ", None),
    ],
)
def test_exifs_text_is_read_in_whatever_encoding_it_is(artist: bytes, right: str | None) -> None:
    assert said(exif_of(Artist=artist))[0] == right


def test_windows_own_author_is_one_and_a_copyright_has_two_parts() -> None:
    assert said(exif_of(XPAuthor=JOSE.encode("utf-16-le") + b"\0\0"))[0] == JOSE
    assert said(exif_of(Copyright=b"Ada\0Editor\0rest"))[1] == "Ada\0Editor"
    assert said(exif_of(Copyright=b" \0Editor"))[1] == "Editor"


def test_credits_behind_a_damaged_tag_are_read() -> None:
    block = exif_of(Make=b"a maker of cameras", Artist=JOSE.encode())
    at = block.index(b"\x01\x0f")  # the tag, its type, how many, and where
    damaged = block[: at + 8] + b"\x7f\xff\xff\xff" + block[at + 12 :]
    assert said(damaged)[0] == JOSE


def packet(inside: str, attributes: str = "") -> str:
    namespaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    described = f'<rdf:Description rdf:about="" {namespaces} {attributes}>{inside}</rdf:Description>'
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {rdf}>{described}</rdf:RDF></x:xmpmeta>'
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{xmp}\n   <?xpacket end="w"?>'


def alternatives(**texts: str) -> str:
    items = (f'<rdf:li xml:lang="{name.replace("_", "-")}">{text}</rdf:li>' for name, text in texts.items())
    return f"<dc:rights><rdf:Alt>{''.join(items)}</rdf:Alt></dc:rights>"


AUTHORS = "<dc:creator><rdf:Seq><rdf:li>Ada</rdf:li><rdf:li> Grace </rdf:li></rdf:Seq></dc:creator>"


@pytest.mark.parametrize(
    ("xmp", "right"),
    [
        (packet(alternatives(x_default=RIGHTS)), (None, RIGHTS)),
        (packet(alternatives(de="Rechte", x_default=RIGHTS, fr="droits")), (None, RIGHTS)),
        (packet(alternatives(de="Rechte", x_default="")), (None, "Rechte")),
        (packet(AUTHORS), ("Ada; Grace", None)),
        (packet(f"<dc:rights>{RIGHTS}</dc:rights>"), (None, RIGHTS)),
        (packet("", f'dc:rights="{RIGHTS}" tiff:Artist="Ada"'), ("Ada", RIGHTS)),
        (packet(f"<tiff:Artist>{JOSE}</tiff:Artist>"), (JOSE, None)),
        (packet("<dc:rights>&#169; A &amp; B</dc:rights>"), (None, "© A & B")),
        (packet(AUTHORS).replace("dc:", "q:").replace(":dc", ":q"), ("Ada; Grace", None)),
        (packet(AUTHORS).replace(" Grace ", "Gr\x03ace"), ("Ada; Gr ace", None)),
        (packet(AUTHORS) + "\0" * 100, ("Ada; Grace", None)),
        (packet(AUTHORS)[:-120], (None, None)),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]>' + packet(AUTHORS), (None, None)),
        (packet(AUTHORS) + " " * MAX_PROFILE, (None, None)),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_xmp_says_what_exif_does_not(xmp: str, right: tuple[str | None, str | None], encoding: str) -> None:
    assert said(xmp=xmp.encode(encoding)) == right


def data_sets(*values: tuple[int, bytes], record: int = 2) -> bytes:
    return b"".join(bytes([0x1C, record, number]) + len(text).to_bytes(2, "big") + text for number, text in values)


LONG = b"\x1c\x02\x74\x80\x04" + (len(RIGHTS.encode())).to_bytes(4, "big") + RIGHTS.encode()


@pytest.mark.parametrize("opening", ["<dc:creator><rdf:li>", "<dc:creator><rdf:Seq><rdf:li>"])
def test_hostile_xmp_takes_no_longer_than_its_length(opening: str) -> None:
    """Each within the one before: reading each of them whole would take minutes."""
    closing = "".join(f"</{tag[:-1]}>" for tag in reversed(opening.split("<")[1:]))
    described = opening * 3_000 + "Ann" + closing * 3_000
    assert said(xmp=packet(described).encode()) == ("Ann", None)


@pytest.mark.parametrize(
    ("iptc", "right"),
    [
        (data_sets((80, b"Ann Example"), (116, b"(c) Ann")), ("Ann Example", "(c) Ann")),
        (data_sets((90, b"\x1b%G"), record=1) + data_sets((80, JOSE.encode())), (JOSE, None)),
        (data_sets((80, JOSE.encode())), (JOSE, None)),
        (data_sets((80, JOSE.encode("latin-1"))), (JOSE, None)),
        (data_sets((80, b"Ada"), (80, b"Grace"), (116, b"")), ("Ada; Grace", None)),
        (LONG, (None, RIGHTS)),
        (data_sets((80, b"Ada")) + b"\0\0\0" + data_sets((116, b"Ada")), ("Ada", None)),
        (data_sets((80, b"Ada"))[:6], ("A", None)),
        (b"nonsense", (None, None)),
    ],
)
def test_iptc_says_what_neither_exif_nor_xmp_does(iptc: bytes, right: tuple[str | None, str | None]) -> None:
    assert said(iptc=iptc) == right
    assert said(exif_of(Artist=b"Exif"), packet("<dc:rights>XMP</dc:rights>").encode(), iptc) == ("Exif", "XMP")


def resources(iptc: bytes) -> bytes:
    other = b"8BIM\x04\x25\x03abc" + (3).to_bytes(4, "big") + b"xyz\0"
    return other + b"8BIM\x04\x04\0\0" + len(iptc).to_bytes(4, "big") + iptc


SIGNED = data_sets((80, JOSE.encode()))


def with_segments(*segments: bytes) -> bytes:
    content = pictures.jpeg()
    wrapped = (
        b"\xff\xed" + (len(segment) + 16).to_bytes(2, "big") + b"Photoshop 3.0\0" + segment for segment in segments
    )
    return content[:2] + b"".join(wrapped) + content[2:]


def png_with(keyword: str, raw: bytes) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text(keyword, f"\niptc\n{len(raw):8}\n{raw.hex()}\n", zip=True)
    return pictures.encoded(pictures.scene(), "PNG", pnginfo=info)


def tiff_with(tag: int, raw: bytes) -> bytes:
    return pictures.encoded(pictures.scene(), "TIFF", tiffinfo={tag: raw})


@pytest.mark.parametrize(
    "content",
    [
        with_segments(resources(SIGNED)),
        with_segments(resources(SIGNED)[:30], resources(SIGNED)[30:]),
        png_with("Raw profile type iptc", resources(SIGNED)),
        png_with("Raw profile type iptc", SIGNED),
        png_with("Raw profile type 8bim", resources(SIGNED)),
        tiff_with(33723, SIGNED),
        tiff_with(34377, resources(SIGNED)),
        pictures.encoded(pictures.scene(), "WEBP", xmp=packet(f"<tiff:Artist>{JOSE}</tiff:Artist>").encode()),
        pictures.encoded(pictures.scene(), "PNG", exif=exif_of(Artist=JOSE.encode())),
        pictures.encoded(pictures.scene(), "AVIF", exif=exif_of(Artist=JOSE.encode())),
    ],
)
def test_every_container_gives_its_credits_to_master_and_renditions(content: bytes) -> None:
    recipe = parse(
        '[[recipe]]\nname = "r"\nkeep = ["artist"]\n' + "".join(map(rendition, ("jpeg", "webp", "avif")))
    ).named("r")
    master = normalize(content, ["artist"]).content
    for output in (master, *(made.content for made in make(master, recipe))):
        assert kept(output)[ExifTags.Base.Artist].encode("latin-1").decode() == JOSE


def rendition(format_: str) -> str:
    return f'[[recipe.rendition]]\nname = "{format_}"\nwidth = 20\nformat = "{format_}"\n'
