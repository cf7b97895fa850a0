import type { TFunction } from 'i18next';

/** What the cloud says of messages, in other languages: it says it in English. */
const SAYINGS = [
  ['missing', /^is missing$/],
  ['unknownKey', /^unknown key$/],
  ['strangeKey', /^unknown key: an? (?<form>request|event|answer) has no (?<key>\w+)$/],
  ['wrongType', /^is (?<found>.+), expected (?<wanted>.+)$/],
  ['range', /^(?<value>\S+) is out of range: (?<range>.+)$/],
  ['noneOf', /^is none of (?<words>".+")$/],
  ['noneOfNamed', /^is none of the words that the protocol names: (?<words>.+)$/],
  ['spelt', /^is written (?<name>\w+) in the protocol$/],
  ['tooLong', /^is longer than (?<max>\d+) characters$/],
  ['tooBig', /^is longer than (?<max>\d+) bytes: the connection ends with (?<code>\d+)$/],
  ['unknownMethod', /^unknown method: it is answered with error 101$/],
  ['unknownEvent', /^unknown event: it is ignored$/],
  ['alias', /^another name of (?<name>\w+)$/],
  ['toDevices', /^wrong direction: (?<name>\w+) goes from the cloud to devices$/],
  ['toCloud', /^wrong direction: (?<name>\w+) goes from devices to the cloud$/],
  ['isEvent', /^(?<name>\w+) is an event and is sent as a request$/],
  ['isRequest', /^(?<name>\w+) is a request and is sent as an event$/],
  ['follows', /^follows on (?<last>-?\d+): each request counts one more$/],
  ['waits', /^request (?<seq>-?\d+) waits for its answer already$/],
  ['noRequest', /^answers no request: none waits$/],
  ['otherRequest', /^answers no request that waits: (?<seq>-?\d+) is expected$/],
  ['order', /^out of order: request (?<seq>-?\d+) came first and has no answer yet$/],
  ['late', /^late: (?<took>\S+) s after the request, (?<most>\d+) s are allowed$/],
  ['afterClose', /^comes after the connection was closed$/],
  ['malformed', /^malformed, (?<why>.+): the connection ends with (?<code>\d+)(?<more>.*)$/],
  ['binary', /^binary frame: the connection ends with (?<code>\d+)$/],
  ['noCode', /^no close code$/],
  ['refused', /^refused: (?<why>.*)$/],
] as const;

export type Saying = (typeof SAYINGS)[number][0];

/** What the cloud fills in, in words. */
const WORDS = {
  'a text': 'text',
  'an array': 'array',
  'an object': 'object',
  'a whole number': 'whole',
  'a number': 'number',
  'true or false': 'bool',
  request: 'request',
  event: 'event',
  answer: 'answer',
  'not JSON': 'notJson',
  'not an object': 'noObject',
  'none of req, resp, err, event': 'noForm',
  'more than one of req, resp, err, event': 'twoForms',
  'seq is missing': 'noSeq',
  'a key is given twice': 'twice',
} as const;

export type Word = (typeof WORDS)[keyof typeof WORDS];

type Filled = (key: `protocol.says.${Saying}`, values: Record<string, string>) => string;

function inWords(t: TFunction, text: string): string {
  const word = (WORDS as Partial<Record<string, Word>>)[text];
  return word === undefined ? text : t(`protocol.words.${word}`);
}

/** As the person reads it; what is not known stays as the cloud said it. */
export function verdictText(t: TFunction, text: string): string {
  for (const [saying, pattern] of SAYINGS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const values = Object.entries(match.groups ?? {}).map(([name, value]) => [name, inWords(t, value)]);
    // They differ in what they are filled with.
    return (t as unknown as Filled)(`protocol.says.${saying}`, Object.fromEntries(values) as Record<string, string>);
  }
  return text;
}
