# sctp: see docs/architecture.md
