# rtp: see docs/architecture.md
