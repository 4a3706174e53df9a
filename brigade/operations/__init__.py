"""What operators did: who, when, to which messages, and what came of each."""
