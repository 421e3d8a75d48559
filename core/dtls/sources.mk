# dtls: see docs/architecture.md
