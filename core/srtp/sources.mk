# srtp: see docs/architecture.md
