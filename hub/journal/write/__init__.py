"""Writing the journal: intents and disclosures of requests, group commit, pseudonyms."""
