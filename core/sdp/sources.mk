# sdp: see docs/architecture.md
