# The pages, installed as they are.
htmlfiles = html/index.html html/style.css html/ui.js html/icons.js html/cardea.js \
	html/echo.html html/echo.js \
	html/room.html html/room.css html/room.js html/subscription.js html/tiles.js html/presence.js html/received.js \
	html/moderator.js \
	html/whip.html html/whep.html html/whip.js \
	html/dashboard.html html/dashboard.css html/dashboard.js html/chart.js
dist_pages_DATA = $(htmlfiles)
