# files of transports/
