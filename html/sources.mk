# The pages, installed as they are.
htmlfiles = html/index.html html/echo.html html/room.html html/cardea.js html/ui.js html/echo.js html/room.js \
	html/subscription.js html/tiles.js html/style.css html/whip.html html/whep.html html/whip.js
dist_pages_DATA = $(htmlfiles)
