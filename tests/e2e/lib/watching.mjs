// SPDX-License-Identifier: Apache-2.0
/** In a page of the video room: are the others seen, and without a pause? For page.evaluate() and until(). */

/** So many pictures move: one's own, and the others'. */
export const seesAll = (n) => [...document.querySelectorAll('.tile.live video')].filter((e) => e.videoWidth > 0).length === n;

/** From here on window.longest is the longest time, in ms, for which a <video> of somebody else got no new frame. */
export const watchFrames = () => {
  window.longest = 0;
  const last = new Map();
  setInterval(() => {
    for (const v of document.querySelectorAll('.tile:not(.self) video')) {
      const n = v.getVideoPlaybackQuality().totalVideoFrames;
      const was = last.get(v);
      if (!was || was.n !== n) last.set(v, { n, at: performance.now() });
      else window.longest = Math.max(window.longest, performance.now() - was.at);
    }
  }, 100);
};
