# The pages, installed as they are.
htmlfiles = html/index.html html/style.css html/ui.js html/icons.js html/cardea.js \
	html/echo.html html/echo.js html/echocall.js \
	html/canvas.html html/devices.html html/e2ee.html html/e2ee.js html/e2ee-worker.js html/multiopus.html \
	html/virtualbg.html html/webaudio.html \
	html/room.html html/room.css html/room.js html/subscription.js html/tiles.js html/presence.js html/received.js \
	html/demand.js html/moderator.js html/talk.js html/wall.js \
	html/screen.html html/screen.js \
	html/whip.html html/whep.html html/whip.js \
	html/dashboard.html html/dashboard.css html/dashboard.js html/chart.js \
	html/recordings.html html/recordings.css html/recordings.js
dist_pages_DATA = $(htmlfiles)
