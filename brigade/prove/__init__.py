"""The list to tick on a deployment, as code: each item is proved on a throwaway stage."""
