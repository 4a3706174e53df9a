"""Pictures from other clouds and from lists of URLs, into the source bucket."""
