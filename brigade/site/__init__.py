"""Pictures of a static site: found in its documents, uploaded, and named there by the addresses of what was made."""

from importlib.util import find_spec

from brigade.terminal import OperatorError

if not all(map(find_spec, ("turbohtml", "pyromark", "tinycss2"))):
    raise OperatorError("the parsers of `brigade site` are not installed", "install them: pip install '.[site]'")
