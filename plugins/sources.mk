# One line a plugin; a plugin's folder names its own files.
include plugins/echotest/sources.mk
include plugins/loadreport/sources.mk
include plugins/videoroom/sources.mk
include plugins/recorder/media.mk
include plugins/recorder/sources.mk
