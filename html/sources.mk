# The pages, installed as they are.
htmlfiles = html/index.html html/echo.html html/room.html html/cardea.js html/ui.js html/echo.js html/room.js \
	html/subscription.js html/tiles.js html/style.css
dist_pages_DATA = $(htmlfiles)
