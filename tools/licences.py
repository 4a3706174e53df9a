"""docs/licences.md: the licences of all that the actors' zips hold besides our own code, by what its packages say."""

from importlib import metadata
from pathlib import Path

from infra.packaging.libraries import pins
from kit.chain import Chain
from kit.errors import ConfigurationError
from tools.markdown import table

ROOT = Path(__file__).parents[1]

# What may be shipped: its terms are to pass the licence text on, and little more.
PERMISSIVE = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "FTL", "HPND", "IJG", "ISC", "0BSD", "MIT", "MIT-CMU"} | {
    *("MIT-Modern-Variant", "PSF-2.0", "Unlicense", "X11", "libpng-2.0", "libtiff"),
}
# What may be shipped as a shared library of its own, which whoever receives the zip can exchange.
EXCHANGEABLE = {"LGPL-3.0-or-later"}

# Packages that do not give SPDX's identifiers, by what they say instead.
_SPDX = {
    "Apache License 2.0": "Apache-2.0",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",  # python-dateutil's LICENSE names the two
    "License :: OSI Approved :: MIT License": "MIT",  # mangum's classifier
    "GPLv3+/BSD": "BSD-3-Clause",  # PyExifTool's COPYING.BSD; or GPL-3.0-or-later
}
# The shared libraries that wheels for Linux hold. Where there is a choice, the one that was made.
LIBRARIES = {
    "pi-heif": {"libde265": "LGPL-3.0-or-later", "libheif": "LGPL-3.0-or-later"},
    "pillow": {
        "libXau": "X11",
        "libavif": "BSD-2-Clause",
        "libbrotlicommon": "MIT",
        "libbrotlidec": "MIT",
        "libfreetype": "FTL",  # or GPL-2.0-or-later
        "libharfbuzz": "MIT-Modern-Variant",
        "libjpeg": "IJG",
        "liblcms2": "MIT",
        "liblzma": "0BSD",
        "libopenjp2": "BSD-2-Clause",
        "libpng16": "libpng-2.0",
        "libsharpyuv": "BSD-3-Clause",
        "libtiff": "libtiff",
        "libwebp": "BSD-3-Clause",
        "libwebpdemux": "BSD-3-Clause",
        "libwebpmux": "BSD-3-Clause",
        "libxcb": "X11",
        "libzstd": "BSD-3-Clause",  # or GPL-2.0-only
    },
}


def page(chain: Chain) -> list[str]:
    """Return the page's parts; raises ConfigurationError where a package or its licence is not known."""
    shipped = releases(chain)
    everybody = {each.name for each in chain.functions}
    packages = [
        (f"{name} {version}", licence(name), "all" if actors == everybody else ", ".join(sorted(actors)))
        for (name, version), actors in sorted(shipped.items())
    ]
    libraries = [
        (library, terms, wheel) for wheel, held in sorted(LIBRARIES.items()) for library, terms in sorted(held.items())
    ]
    return [
        "Bucket Brigade itself is under the [MIT licence](../LICENSE). Each actor's zip also holds the packages that "
        "its `requirements.txt` pins, with their licence texts. Nothing in a zip is under the GPL or the AGPL: "
        "`tests/house/test_licences.py` holds that. What only the command line and the tests use is not listed.",
        "## Packages",
        table(("package", "licence", "in the zip of"), packages),
        "## Shared libraries in the wheels",
        "libheif and libde265, which decode HEIC, are under the LGPL. They are shared libraries, files of their own in "
        "the zip: whoever receives one may exchange them, and their sources are where `pi_heif-*.dist-info` says. The "
        "wheel of pi-heif decodes only; that of pillow-heif, by the same author, also carries x265, which is under the "
        "GPL, and is not used.",
        table(("library", "licence", "in the wheel of"), libraries),
        "Linked into Pillow's own modules and libraries are also aom, bzip2, dav1d, libyuv, raqm, Xdmcp and zlib, all "
        "under licences of the same kind, and botocore holds Mozilla's list of certificate authorities (MPL-2.0).",
        "No actor's zip holds Perl or exiftool, which are under the Artistic License 1.0 or the GPL, at one's choice. "
        "The layer that `make layers` builds does, with zlib and Debian's C library, which is under the LGPL and a "
        "file of its own: [cameras.md](cameras.md#exiftool-on-lambda).",
        "Nor does one hold the model of the moderation engine `open-nsfw`, unless you put it there: "
        "[services/moderate](../services/moderate/README.md#licences).",
    ]


def releases(chain: Chain) -> dict[tuple[str, str], set[str]]:
    """Return the actors that hold it by name and version of every package that is shipped."""
    shipped: dict[tuple[str, str], set[str]] = {}
    for each in chain.functions:
        for release in pins(ROOT / "services" / each.name / "requirements.txt").items():
            shipped.setdefault(release, set()).add(each.name)
    return shipped


def licence(package: str) -> str:
    """Return an installed package's licence as SPDX writes it; raises ConfigurationError where that is not known."""
    try:
        said = metadata.metadata(package).json
    except metadata.PackageNotFoundError as error:
        raise ConfigurationError(f"{package} is not installed: `make update`, then install what it pins") from error
    classified = [each for each in said.get("classifier", ()) if each.startswith("License ::")]
    stated = str(said.get("license_expression") or said.get("license") or " ".join(classified) or "no licence")
    terms = _SPDX.get(stated, stated)
    if strangers := set(terms.split(" OR ")) - PERMISSIVE:
        raise ConfigurationError(f"{package} is under {', '.join(strangers)}: nobody has said that this may be shipped")
    return terms
