# files of tools/
