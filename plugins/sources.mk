# files of plugins/
