# rtcp: see docs/architecture.md
