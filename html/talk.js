// SPDX-License-Identifier: Apache-2.0
/** The chat panel, and captions of what one says: spoken where the browser listens, else typed as "/cc words". */
import { Listener } from './presence.js';
import { $, element, press, showError } from './ui.js';

export class Talk {
  #listener = null;
  #say;
  #caption;

  /**
   * @param {{say: (text: string) => boolean, caption: (text: string, final: boolean) => void, typing: () => void}} does
   */
  constructor({ say, caption, typing }) {
    this.#say = say;
    this.#caption = caption;
    $('say').onsubmit = (event) => this.#submit(event);
    $('words').oninput = typing;
    $('captions').onclick = () => this.#toggle();
  }

  #submit(event) {
    event.preventDefault();
    const text = $('words').value.trim();
    if (!text) return;
    if (text.startsWith('/cc ')) this.#caption(text.slice(4), true);
    else if (!this.#say(text)) {
      showError(new Error('The chat is not connected yet. Try again in a moment.'));
      return;
    }
    $('words').value = '';
  }

  #toggle() {
    if (this.#listener) this.stop();
    else if (Listener.possible()) {
      this.#listener = new Listener();
      this.#listener.start((text, final) => this.#caption(text, final), (why) => {
        this.stop();
        showError(new Error(`The browser's speech recognition has stopped: ${why}`));
      });
    } else showError(new Error('This browser cannot write down what you say. Type "/cc your words" into the chat instead.'));
    press($('captions'), Boolean(this.#listener));
  }

  stop() {
    this.#listener?.stop();
    this.#listener = null;
    press($('captions'), false);
  }

  /** @param {string} from @param {string} text */
  line(from, text) {
    const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    $('lines').append(element('div', { className: 'line' },
      element('b', { textContent: from }), element('time', { textContent: time }), element('div', { textContent: text })));
    $('lines').scrollTop = $('lines').scrollHeight;
    if (!$('chat').classList.contains('hidden')) return;
    $('unread').textContent = String(Number($('unread').textContent) + 1);
    $('unread').classList.remove('hidden');
  }

  /** @param {string[]} names */
  typing(names) {
    $('typing').textContent = names.length ? `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} typing…` : '';
  }

  /** The panel was opened. */
  read() {
    $('unread').textContent = '0';
    $('unread').classList.add('hidden');
    $('words').focus();
  }

  clear() {
    this.stop();
    this.typing([]);
    $('lines').replaceChildren();
  }
}
