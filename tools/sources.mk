# One line a tool; its folder names its files.
include tools/load/sources.mk
include tools/rec/sources.mk
