# One line a transport; its folder names its files.
include transports/http/sources.mk
