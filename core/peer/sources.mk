# peer: see docs/architecture.md
