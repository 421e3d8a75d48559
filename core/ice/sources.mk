# ice: see docs/architecture.md
