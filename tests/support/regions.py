"""XMP packets with regions, as the Metadata Working Group wants them."""


def region(x: object, y: object, kind: str = "Face", unit: str = "normalized", **more: object) -> str:
    sides = "".join(f' stArea:{name}="{value}"' for name, value in more.items())
    area = f'<mwg-rs:Area stArea:x="{x}" stArea:y="{y}"{sides} stArea:unit="{unit}"/>'
    return f'<rdf:li><rdf:Description mwg-rs:Type="{kind}">{area}</rdf:Description></rdf:li>'


def xmp(*regions: str, drawn_on: tuple[object, object] = (96, 64)) -> bytes:
    dimensions = f'<mwg-rs:AppliedToDimensions stDim:w="{drawn_on[0]}" stDim:h="{drawn_on[1]}" stDim:unit="pixel"/>'
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#">
<mwg-rs:Regions rdf:parseType="Resource">{dimensions}<mwg-rs:RegionList><rdf:Bag>{"".join(regions)}</rdf:Bag>
</mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF></x:xmpmeta>""".encode()
