# media: see docs/architecture.md
