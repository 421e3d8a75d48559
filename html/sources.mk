# files of html/
