# bwe: see docs/architecture.md
