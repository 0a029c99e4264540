import { shortened } from './shortened';

/**
 * A custom notification of Amazon Q Developer in chat applications (formerly AWS Chatbot), which drops any other text.
 * Source: its Administrator Guide, "Custom notifications".
 */
export interface ChatMessage {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly content: {
    /** The text is in the Markdown of the chat application. */
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps: readonly string[];
  };
}

/** A Slack message shows 3,000 characters of a text. Source: Slack API, "Section block". */
const DESCRIPTION_LENGTH = 3_000;
const TITLE_LENGTH = 200;
/** Failures that the message explains, and the characters of each cause and fix. */
const SECTIONS = 3;
const TEXT_LENGTH = 350;

/** @param sections the failures, the first ones explained. @param steps see {@link chatCode} and {@link chatLink}. */
export function chatMessage(
  title: string,
  sections: readonly {
    readonly heading: string;
    readonly cause: string | null;
    readonly fix: string | null;
  }[],
  nextSteps: readonly string[],
): ChatMessage {
  const explained = sections
    .slice(0, SECTIONS)
    .map(({ heading, cause, fix }) =>
      [
        `*${chatText(heading)}*`,
        ...(cause === null ? [] : [chatText(shortened(cause, TEXT_LENGTH))]),
        ...(fix === null ? [] : [`_How to fix it:_ ${chatText(shortened(fix, TEXT_LENGTH))}`]),
      ].join('\n'),
    );
  const more = sections.length - explained.length;
  const description = [...explained, ...(more > 0 ? [`… and ${more} more.`] : [])].join('\n\n');
  return {
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: chatText(shortened(title, TITLE_LENGTH)),
      description: shortened(description, DESCRIPTION_LENGTH),
      nextSteps,
    },
  };
}

/**
 * Escapes what would be a link or would call people (`<!channel>`).
 * Source: Slack API, "Formatting text for app surfaces", "Escaping text".
 */
export const chatText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A command or a name. */
export const chatCode = (text: string): string => `\`${chatText(text)}\``;

/** A link, or the name of a file if it is no address. */
export const chatLink = (address: string, text: string): string =>
  /^https?:/.test(address) ? `<${address}|${chatText(text)}>` : chatCode(address);
